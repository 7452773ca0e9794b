/* eSpeak NG is a program that became a library: it sets the locale of its process, starts programs,
 * ends on errors, begins a thread that only its own playback needs, and opens the sound card. None
 * of this may a plugin do. The linker sends its calls here (CMakeLists.txt). It needs none of it to
 * give samples: letters are told by its own tables, the programs are those of MBROLA voices, which
 * are not offered. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

typedef void (*signal_handler)(int);

char *__wrap_setlocale(int category, const char *locale);
signal_handler __wrap_signal(int number, signal_handler handler);
int __wrap_fork(void);
int __wrap_execlp(const char *file, const char *argument, ...);
int __wrap_system(const char *command);
_Noreturn void __wrap_exit(int status);
_Noreturn void __wrap__exit(int status);
void __wrap_fifo_init(void);
int __wrap_fifo_terminate(void);
int __wrap_rand(void);

static char kLocale[] = "C.UTF-8";
char *__wrap_setlocale(int category, const char *locale) {
  (void)category;
  (void)locale;
  return kLocale;
}
signal_handler __wrap_signal(int number, signal_handler handler) {
  (void)number;
  (void)handler;
  return NULL;
}
int __wrap_fork(void) {
  errno = ENOSYS;
  return -1;
}
int __wrap_execlp(const char *file, const char *argument, ...) {
  (void)file;
  (void)argument;
  errno = ENOSYS;
  return -1;
}
int __wrap_system(const char *command) {
  (void)command;
  return -1;
}
/* Not reached: espeakINITIALIZE_DONT_EXIT. */
_Noreturn void __wrap_exit(int status) {
  (void)status;
  abort();
}
_Noreturn void __wrap__exit(int status) {
  (void)status;
  abort();
}
/* The queue of its asynchronous mode, with a thread; a second start of it does not return. */
void __wrap_fifo_init(void) {}
int __wrap_fifo_terminate(void) { return 0; }

/* Its noise comes from here, so that the same text is the same sound: begun anew for each text. One
 * caller at a time. */
static unsigned noise = 1;
void conserje_espeak_begin_noise(void) { noise = 1; }
int __wrap_rand(void) {
  noise = noise * 1103515245U + 12345U;
  return (int)(noise >> 1);
}

/* pcaudiolib: there is no sound card. Source: pcaudiolib/audio.h. */
void *create_audio_device_object(const char *device, const char *application, const char *about);
int audio_object_open(void *object, int format, unsigned rate, unsigned char channels);
void audio_object_close(void *object);
void audio_object_destroy(void *object);
int audio_object_write(void *object, const void *data, size_t size);
int audio_object_drain(void *object);
int audio_object_flush(void *object);
const char *audio_object_strerror(void *object, int error);

void *create_audio_device_object(const char *device, const char *application, const char *about) {
  (void)device;
  (void)application;
  (void)about;
  return NULL;
}
int audio_object_open(void *object, int format, unsigned rate, unsigned char channels) {
  (void)object;
  (void)format;
  (void)rate;
  (void)channels;
  return -1;
}
void audio_object_close(void *object) { (void)object; }
void audio_object_destroy(void *object) { (void)object; }
int audio_object_write(void *object, const void *data, size_t size) {
  (void)object;
  (void)data;
  (void)size;
  return -1;
}
int audio_object_drain(void *object) {
  (void)object;
  return 0;
}
int audio_object_flush(void *object) {
  (void)object;
  return 0;
}
const char *audio_object_strerror(void *object, int error) {
  (void)object;
  (void)error;
  return "";
}
