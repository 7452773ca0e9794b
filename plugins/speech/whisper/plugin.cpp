#include "conserje/export.hpp"
#include "whisper.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::whisper::Whisper)
