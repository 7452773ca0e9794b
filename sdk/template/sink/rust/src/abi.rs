//! What a sink uses of cj.h, field by field; the comments stand there.
use std::ffi::c_void;

pub const ABI: u32 = 1;
pub const OK: u32 = 0;
pub const CORE_TIMER: u32 = 1;
pub const DELIVER: u32 = (3 << 16) | 1;
pub const UNSUPPORTED: u32 = status(2) | 1;

pub const fn status(class: u32) -> u32 {
    class << 24
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const u8,
    pub size: u64,
}

#[repr(C)]
pub struct Buf {
    pub data: *const u8,
    pub size: u64,
    pub owner: *mut c_void,
    pub release: Option<extern "C" fn(*mut c_void)>,
}

#[repr(C)]
pub struct Call {
    pub size: u32,
    // The rest is handed to the host as it is.
}

#[repr(C)]
pub struct Request {
    pub size: u32,
    pub method: u32,
    pub head: Str,
    pub attachments: *const Str,
    pub attachment_count: u64,
}

#[repr(C)]
pub struct CallResult {
    pub size: u32,
    pub status: u32,
    pub retry_after_ms: u64,
    pub head: Buf,
    pub message: Buf,
    pub vendor_code: Buf,
    pub attachments: *mut Buf,
    pub attachment_count: u64,
    pub attachments_owner: *mut c_void,
    pub release_attachments: Option<extern "C" fn(*mut c_void)>,
}

#[repr(C)]
pub struct ExtHeader {
    pub size: u32,
    pub revision: u32,
    pub features: u64,
}

#[repr(C)]
pub struct HostTable {
    pub size: u32,
    pub abi: u32,
    pub ctx: *mut c_void,
    pub get_extension: Option<extern "C" fn(*mut c_void, Str) -> *const ExtHeader>,
}

#[repr(C)]
pub struct Http {
    pub header: ExtHeader,
    pub send: extern "C" fn(*mut c_void, *const Call, *const Request, *mut CallResult),
}

#[repr(C)]
pub struct Secrets {
    pub header: ExtHeader,
    pub get: extern "C" fn(*mut c_void, Str, *mut Buf) -> u32,
}

#[repr(C)]
pub struct InstanceTable {
    pub size: u32,
    pub this: *mut c_void,
    pub start: Option<extern "C" fn(*mut c_void, *const Call, *mut CallResult)>,
    pub invoke: Option<extern "C" fn(*mut c_void, *const Call, *const Request, *mut CallResult)>,
    pub cancel: Option<extern "C" fn(*mut c_void, u64)>,
    pub drain: Option<extern "C" fn(*mut c_void, *const Call, *mut CallResult)>,
    pub health: Option<extern "C" fn(*mut c_void, *mut CallResult)>,
    pub get_extension: Option<extern "C" fn(*mut c_void, Str) -> *const ExtHeader>,
    pub destroy: Option<extern "C" fn(*mut c_void)>,
}

#[repr(C)]
pub struct PluginTable {
    pub size: u32,
    pub abi: u32,
    pub create: Option<
        extern "C" fn(*const HostTable, *const Call, Str, *mut *const InstanceTable, *mut CallResult),
    >,
    pub get_extension: Option<extern "C" fn(Str) -> *const ExtHeader>,
}
unsafe impl Sync for PluginTable {}

impl Str {
    pub fn of(text: &str) -> Str {
        Str { data: text.as_ptr(), size: text.len() as u64 }
    }
    /// The text, when it is UTF-8.
    ///
    /// # Safety
    /// The bytes must be readable as long as the text is used.
    pub unsafe fn text<'a>(self) -> Option<&'a str> {
        if self.size == 0 {
            return Some("");
        }
        std::str::from_utf8(std::slice::from_raw_parts(self.data, self.size as usize)).ok()
    }
}

extern "C" fn release_string(owner: *mut c_void) {
    drop(unsafe { Box::from_raw(owner as *mut String) });
}

impl Buf {
    pub const EMPTY: Buf =
        Buf { data: std::ptr::null(), size: 0, owner: std::ptr::null_mut(), release: None };

    /// Gives the text to the receiver.
    pub fn of(text: String) -> Buf {
        let owned = Box::new(text);
        let (data, size) = (owned.as_ptr(), owned.len() as u64);
        Buf { data, size, owner: Box::into_raw(owned) as *mut c_void, release: Some(release_string) }
    }
    pub fn as_str(&self) -> Str {
        Str { data: self.data, size: self.size }
    }
    pub fn done(&self) {
        if let Some(release) = self.release {
            release(self.owner);
        }
    }
}

impl CallResult {
    pub fn empty() -> CallResult {
        CallResult {
            size: std::mem::size_of::<CallResult>() as u32,
            status: OK,
            retry_after_ms: 0,
            head: Buf::EMPTY,
            message: Buf::EMPTY,
            vendor_code: Buf::EMPTY,
            attachments: std::ptr::null_mut(),
            attachment_count: 0,
            attachments_owner: std::ptr::null_mut(),
            release_attachments: None,
        }
    }
    /// Fails with a constant text.
    pub fn fail(&mut self, status: u32, why: &'static str) {
        self.status = status;
        self.message = Buf { data: why.as_ptr(), size: why.len() as u64, ..Buf::EMPTY };
    }
    /// Releases all that a host service has filled.
    pub fn done(self) {
        for i in 0..self.attachment_count as usize {
            unsafe { (*self.attachments.add(i)).done() };
        }
        if let Some(release) = self.release_attachments {
            release(self.attachments_owner);
        }
        self.head.done();
        self.message.done();
        self.vendor_code.done();
    }
}
