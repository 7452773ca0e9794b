//! sink/example: tells each event as a note in Example's inbox. Threads: any number; nothing here
//! changes after create.
mod abi;
mod host;
mod json;

use abi::*;
use host::Host;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

struct Example {
    table: InstanceTable,
    host: Host,
    url: String,
    token: String, // A handle: `secret` gives the value.
}

/// Example's document of a note. The key is the same at each attempt: Example drops the second one.
fn note_of(event: &str) -> Option<String> {
    let id = json::member(event, "id")?;
    let kind = json::member(event, "type").unwrap_or("\"\"");
    Some(format!("{{\"key\":{id},\"text\":{kind}}}"))
}

/// What Example's answer is worth: the host acts on this word alone.
fn word_of(status: u32, http_status: u32) -> &'static str {
    match (status >> 24, http_status) {
        (0, 200..=299) => "ok",
        (0, 401 | 403) | (3, _) => "auth",
        (0, 400 | 402 | 404..=428 | 430..=499) | (2, _) => "permanent",
        (4, _) => "config",
        _ => "retry",
    }
}

impl Example {
    fn deliver(&self, call: *const Call, head: &str, result: &mut CallResult) {
        let deliveries = json::member(head, "deliveries").and_then(json::items);
        let (Some(deliveries), Some(token)) = (deliveries, self.host.secret(&self.token)) else {
            return result.fail(status(2), "deliveries are missing, or the token is");
        };
        let results = deliveries.iter().map(|delivery| {
            let note = json::member(delivery, "event").and_then(note_of);
            let word = note.map_or("permanent", |note| {
                let posted = self.host.post(call, &self.url, &token, &note);
                posted.map_or("config", |(status, http_status)| word_of(status, http_status))
            });
            format!("{{\"status\":\"{word}\"}}")
        });
        let results: Vec<String> = results.collect();
        result.head = Buf::of(format!("{{\"results\":[{}]}}", results.join(",")));
    }
}

extern "C" fn invoke(this: *mut c_void, call: *const Call, request: *const Request, out: *mut CallResult) {
    let (result, this) = unsafe { (&mut *out, &*(this as *const Example)) };
    let outcome = catch_unwind(AssertUnwindSafe(|| unsafe {
        match ((*request).method, (*request).head.text()) {
            (CORE_TIMER, _) => {} // It sets none.
            (DELIVER, Some(head)) if json::is_object(head) => this.deliver(call, head, result),
            (DELIVER, _) => result.fail(status(2), "the head is no JSON object"),
            _ => result.fail(UNSUPPORTED, "this sink delivers, and nothing else"),
        }
    }));
    if outcome.is_err() {
        result.fail(status(7), "it panicked");
    }
}

extern "C" fn destroy(this: *mut c_void) {
    drop(unsafe { Box::from_raw(this as *mut Example) });
}

extern "C" fn create(
    host: *const HostTable,
    _: *const Call,
    config: Str,
    out: *mut *const InstanceTable,
    result: *mut CallResult,
) {
    let result = unsafe { &mut *result };
    let config = unsafe { config.text() }.unwrap_or("");
    let text = |name| json::member(config, name).and_then(json::plain_text).map(String::from);
    let (Some(url), Some(token)) = (text("url"), text("token")) else {
        return result.fail(status(4), "url and token are needed");
    };
    let mut example = Box::new(Example {
        table: InstanceTable {
            size: std::mem::size_of::<InstanceTable>() as u32,
            this: std::ptr::null_mut(),
            start: None,
            invoke: Some(invoke),
            cancel: None,
            drain: None,
            health: None,
            get_extension: None,
            destroy: Some(destroy),
        },
        host: unsafe { Host::new(host) },
        url,
        token,
    });
    example.table.this = &mut *example as *mut Example as *mut c_void;
    unsafe { *out = &(*Box::into_raw(example)).table };
}

static PLUGIN: PluginTable = PluginTable {
    size: std::mem::size_of::<PluginTable>() as u32,
    abi: ABI,
    create: Some(create),
    get_extension: None,
};

#[no_mangle]
pub extern "C" fn cj_entry(abi: u32) -> *const PluginTable {
    if abi == ABI {
        &PLUGIN
    } else {
        std::ptr::null()
    }
}
