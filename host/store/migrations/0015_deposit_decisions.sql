-- Who decided about a guest's receipt, and why it was refused.
ALTER TABLE deposits ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE deposits ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';
-- waiting, approved, refused; empty: no receipt came.
ALTER TABLE reservations ADD COLUMN deposit TEXT NOT NULL DEFAULT '';
