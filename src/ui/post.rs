//! Sending a form from the browser half: its own fields, as the browser itself would send them, to any server function.

#[cfg(feature = "hydrate")]
mod real {
    use crate::wire::Reply;
    use crate::wire::codec::{self, CONTENT_TYPE};
    use crate::wire::error::AppError;
    use crate::wire::session::MADE_FOR;
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;
    use leptos::web_sys::FormData;

    /// Posts the fields and asks for the [`Reply`] itself, where a form sent without scripts asks for a page.
    /// `made_for` is the account that the form acts for.
    pub async fn post(
        url: &'static str,
        fields: Vec<(String, String)>,
        made_for: Option<String>,
    ) -> Result<Reply, AppError> {
        let body = serde_urlencoded::to_string(fields).map_err(|_| AppError::Unreachable)?;
        let request: BrowserRequest =
            ClientReq::<AppError>::try_new_post(url, "application/x-www-form-urlencoded", CONTENT_TYPE, body)?;
        answer(request, made_for).await
    }

    /// Posts a form with its files.
    pub async fn post_files(url: &'static str, form: FormData, made_for: Option<String>) -> Result<Reply, AppError> {
        let request: BrowserRequest = ClientReq::<AppError>::try_new_post_multipart(url, CONTENT_TYPE, form.into())?;
        answer(request, made_for).await
    }

    async fn answer(request: BrowserRequest, made_for: Option<String>) -> Result<Reply, AppError> {
        if let Some(id) = made_for {
            request.headers().set(MADE_FOR, &id);
        }
        let response = <BrowserClient as Client<AppError>>::send(request).await?;
        let succeeded = (200..300).contains(&ClientRes::<AppError>::status(&response));
        let body = ClientRes::<AppError>::try_into_bytes(response).await?;
        let reply = if succeeded { codec::decode_kept(&body) } else { codec::decode_kept(&body).map(Reply::Refused) };
        reply.map_err(|_| AppError::Unreachable)
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    use crate::wire::Reply;
    use crate::wire::error::AppError;
    use leptos::web_sys::FormData;

    pub async fn post(
        _url: &'static str,
        _fields: Vec<(String, String)>,
        _made_for: Option<String>,
    ) -> Result<Reply, AppError> {
        Err(AppError::Unreachable)
    }
    pub async fn post_files(_url: &'static str, _form: FormData, _made_for: Option<String>) -> Result<Reply, AppError> {
        Err(AppError::Unreachable)
    }
}

pub use real::{post, post_files};
