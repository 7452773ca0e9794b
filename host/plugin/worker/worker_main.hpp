#pragma once

namespace conserje {

/// `conserje worker`: the launcher of a host's workers. The host starts it with a socket as
/// descriptor kLauncherSocket; each SpawnRequest that comes there becomes a worker, a fork of this
/// process, which has one thread and nothing of the host's in its memory. It ends when the host
/// does, and its workers with it. Returns the process's exit status.
int worker_main();

}  // namespace conserje
