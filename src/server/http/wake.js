({ script, wasm, split, parts }) => {
  const early = (rel, href, more) => document.head.append(Object.assign(document.createElement("link"), { rel, href, ...more }));
  const wake = () => {
    if (split) early("modulepreload", split);
    for (const file of [wasm, ...parts]) early("preload", file, { as: "fetch", type: "application/wasm", crossOrigin: "anonymous" });
    import(script).then((half) => half.default({ module_or_path: wasm }).then(() => half.hydrate()));
  };
  // What there is to see comes first, on a slow line above all. A page in the background isn't painted.
  if (document.hidden) wake();
  else requestAnimationFrame(() => setTimeout(wake));
}
