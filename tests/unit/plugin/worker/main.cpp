// The executable whose `worker` the tests start: the smallest one that has it.

#include "plugin/worker/worker_main.hpp"

int main() { return conserje::worker_main(); }
