//! The host's services that this sink uses, with Rust's types.
use crate::abi::*;
use crate::json;
use std::ffi::c_void;

/// Valid until the instance is destroyed. Threads: any.
pub struct Host {
    ctx: *mut c_void,
    find: Option<extern "C" fn(*mut c_void, Str) -> *const ExtHeader>,
}

impl Host {
    /// # Safety
    /// `table` is what `create` was given.
    pub unsafe fn new(table: *const HostTable) -> Host {
        let is_whole = (*table).size as usize >= std::mem::size_of::<HostTable>();
        Host { ctx: (*table).ctx, find: if is_whole { (*table).get_extension } else { None } }
    }

    /// A service's table, when this host has it.
    unsafe fn service<T>(&self, id: &str) -> Option<&T> {
        (self.find?(self.ctx, Str::of(id)) as *const T).as_ref()
    }

    /// The value behind a handle of the config; keep it for the call.
    pub fn secret(&self, handle: &str) -> Option<String> {
        let mut value = Buf::EMPTY;
        let secrets: &Secrets = unsafe { self.service("cj.secrets/1")? };
        if (secrets.get)(self.ctx, Str::of(handle), &mut value) != OK {
            return None;
        }
        let text = unsafe { value.as_str().text() }.map(String::from);
        value.done();
        text
    }

    /// Posts JSON, with a bearer token; blocks until the call's deadline. The status of cj.h, and
    /// the HTTP status (0: there is none).
    pub fn post(&self, call: *const Call, url: &str, token: &str, body: &str) -> Option<(u32, u32)> {
        let http: &Http = unsafe { self.service("cj.http/1")? };
        let head = format!(
            "{{\"method\":\"POST\",\"url\":\"{url}\",\"headers\":[{{\"name\":\"authorization\",\"value\":\"Bearer {token}\"}}]}}"
        );
        let attachment = Str::of(body);
        let request = Request {
            size: std::mem::size_of::<Request>() as u32,
            method: 0,
            head: Str::of(&head),
            attachments: &attachment,
            attachment_count: 1,
        };
        let mut result = CallResult::empty();
        (http.send)(self.ctx, call, &request, &mut result);
        let head = unsafe { result.head.as_str().text() };
        let http_status = head.and_then(|head| json::member(head, "status")).and_then(|n| n.parse().ok());
        let outcome = (result.status, http_status.unwrap_or(0));
        result.done();
        Some(outcome)
    }
}
