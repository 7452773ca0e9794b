-- Until when the sender of a message's webhook waits for the answer; NULL: nobody waits.
ALTER TABLE inbox ADD COLUMN answer_by_ms BIGINT;
