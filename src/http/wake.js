({ script, wasm, split, pack, parts }) => {
  const early = (rel, href, more) => document.head.append(Object.assign(document.createElement("link"), { rel, href, ...more }));
  // The loader asks for each part by its address: it is answered from the file that holds them all, as scripts/bundle made
  // it, and by the server if that can't be had.
  const answerFrom = (file) => {
    const ask = fetch;
    const read = async (answer) => {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let end = bytes.indexOf(10) + 1;
      const contents = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
      return new Map(contents.map(([name, length]) => [new URL(name, answer.url).href, bytes.subarray(end, (end += length))]));
    };
    const unpacked = ask(file).then(read).catch(() => new Map());
    window.fetch = async (what, how) => {
      const address = String(what);
      if (!address.endsWith(".wasm") || address.endsWith(wasm)) return ask(what, how);
      const left = await unpacked;
      const part = left.get(address);
      left.delete(address);
      if (!left.size) window.fetch = ask;
      return part ? new Response(part, { headers: { "content-type": "application/wasm" } }) : ask(what, how);
    };
  };
  const wake = () => {
    if (split) early("modulepreload", split);
    for (const file of [wasm, ...parts]) early("preload", file, { as: "fetch", type: "application/wasm", crossOrigin: "anonymous" });
    if (pack) answerFrom(pack);
    import(script).then((half) => half.default({ module_or_path: wasm }).then(() => half.hydrate()));
  };
  // What there is to see comes first, on a slow line above all. A page in the background isn't painted.
  if (document.hidden) wake();
  else requestAnimationFrame(() => setTimeout(wake));
}
