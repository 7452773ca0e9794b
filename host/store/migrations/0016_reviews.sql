-- The last day of a stay, such as 2026-12-12; empty: not known.
ALTER TABLE reservations ADD COLUMN last_day TEXT NOT NULL DEFAULT '';
-- What became of asking for a review: asked, complained; empty: nothing yet.
ALTER TABLE reservations ADD COLUMN review TEXT NOT NULL DEFAULT '';
CREATE INDEX reservations_last_day ON reservations (tenant, last_day)
  WHERE review = '' AND state = 'confirmed' AND last_day <> '';
