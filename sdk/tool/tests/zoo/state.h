/* How often an animal was asked, as a state that is handed over. */
#ifndef CONSERJE_ZOO_STATE_H
#define CONSERJE_ZOO_STATE_H

#include "zoo.h"

__attribute__((unused)) static void export_calls(const zoo_sink *self, cj_result *result) {
  cj_out head = {0}, state = {0};
  cj_put(&head, "{\"format\":\"zoo/1\"}");
  cj_put_number(&state, self->calls);
  cj_answer_with(result, &head, &state);
}

__attribute__((unused)) static void import_calls(zoo_sink *self, const cj_request *request) {
  for (uint64_t i = 0; request->attachment_count == 1 && i < request->attachments[0].size; ++i)
    self->calls = self->calls * 10 + (unsigned)(request->attachments[0].data[i] - '0');
}

__attribute__((unused)) static void count_call(zoo_sink *self, const cj_call *call,
                                               const cj_request *request, cj_result *result) {
  __atomic_add_fetch(&self->calls, 1, __ATOMIC_RELAXED);
  good_invoke(self, call, request, result);
}

#endif
