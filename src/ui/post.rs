//! Sending a form from the browser half: its own fields, as the browser itself would send them, to any server function.

#[cfg(feature = "hydrate")]
mod real {
    use crate::api::Reply;
    use crate::api::error::AppError;
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;

    /// Posts the fields and asks for the reply itself, where a form sent without scripts asks for a page.
    pub async fn post(url: &str, fields: &[(String, String)]) -> Result<Reply, AppError> {
        let body = serde_urlencoded::to_string(fields).map_err(|_| AppError::Unreachable)?;
        let request: BrowserRequest =
            ClientReq::<AppError>::try_new_post(url, "application/x-www-form-urlencoded", "application/json", body)?;
        let response = <BrowserClient as Client<AppError>>::send(request).await?;
        let succeeded = (200..300).contains(&ClientRes::<AppError>::status(&response));
        let text = ClientRes::<AppError>::try_into_string(response).await?;
        let reply =
            if succeeded { serde_json::from_str(&text) } else { serde_json::from_str(&text).map(Reply::Refused) };
        reply.map_err(|_| AppError::Unreachable)
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    use crate::api::Reply;
    use crate::api::error::AppError;

    pub async fn post(_url: &str, _fields: &[(String, String)]) -> Result<Reply, AppError> {
        Err(AppError::Unreachable)
    }
}

pub use real::post;
