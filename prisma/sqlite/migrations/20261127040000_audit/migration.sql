-- Auditors look for a person and for a time.

CREATE INDEX "AuditEvent_actor_seq_idx" ON "AuditEvent"("actor", "seq");
CREATE INDEX "AuditEvent_at_idx" ON "AuditEvent"("at");
