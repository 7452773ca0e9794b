-- When a reservation is for, by the clock of the house: of a table its time, of a stay its check-in.
ALTER TABLE reservations ADD COLUMN date_time TEXT {{bytewise}} NOT NULL DEFAULT '';
CREATE INDEX reservations_time ON reservations (tenant, date_time) WHERE date_time <> '';
