/* The bytes of CONSERJE_NLU_MODEL, a file that conserje_nlu_train wrote. */
  .section .rodata.conserje_nlu_model, "a", %progbits
  .balign 64
  .globl conserje_nlu_model_begin
  .hidden conserje_nlu_model_begin
  .globl conserje_nlu_model_end
  .hidden conserje_nlu_model_end
conserje_nlu_model_begin:
  .incbin CONSERJE_NLU_MODEL
conserje_nlu_model_end:
  .section .note.GNU-stack, "", %progbits
