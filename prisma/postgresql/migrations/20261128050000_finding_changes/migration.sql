-- What the portal's checks say of a waiting request depends on others: who holds the name, who else asks
-- for it, what became of an earlier request with the same key. Triggers write down for which names and
-- keys that changed; whoever reads the queue checks those requests again first.
CREATE TABLE "FindingChange" (
    "id" SERIAL NOT NULL,
    "commonName" TEXT NOT NULL,
    "spkiSha256" TEXT NOT NULL,

    CONSTRAINT "FindingChange_pkey" PRIMARY KEY ("id")
);

CREATE FUNCTION "note_finding_change"("of_name" TEXT, "of_key" TEXT, "but_id" TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM "Request" WHERE "commonName" = "of_name" AND "state" = 'SUBMITTED' AND "id" <> "but_id")
        OR EXISTS (SELECT 1 FROM "Request" WHERE "spkiSha256" = "of_key" AND "state" = 'SUBMITTED' AND "id" <> "but_id")
    THEN
        INSERT INTO "FindingChange" ("commonName", "spkiSha256") VALUES ("of_name", "of_key");
    END IF;
END
$$;
CREATE FUNCTION "finding_change_of_request"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    -- A request that comes back to the queue is checked again itself.
    PERFORM "note_finding_change"(NEW."commonName", NEW."spkiSha256", CASE TG_OP WHEN 'INSERT' THEN NEW."id" ELSE '' END);
    RETURN NULL;
END
$$;
CREATE FUNCTION "finding_change_of_name"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "FindingChange" ("commonName", "spkiSha256")
        VALUES (OLD."commonName", OLD."spkiSha256"), (NEW."commonName", NEW."spkiSha256");
    RETURN NULL;
END
$$;
CREATE FUNCTION "finding_change_of_certificate"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM "note_finding_change"(NEW."commonName", NEW."spkiSha256", '');
    RETURN NULL;
END
$$;
CREATE FUNCTION "finding_change_of_key"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM "note_finding_change"('', NEW."spkiSha256", '');
    RETURN NULL;
END
$$;
CREATE TRIGGER "FindingChange_request_insert" AFTER INSERT ON "Request"
    FOR EACH ROW EXECUTE FUNCTION "finding_change_of_request"();
CREATE TRIGGER "FindingChange_request_state" AFTER UPDATE OF "state" ON "Request"
    FOR EACH ROW WHEN (OLD."state" <> NEW."state") EXECUTE FUNCTION "finding_change_of_request"();
CREATE TRIGGER "FindingChange_request_name" AFTER UPDATE OF "commonName" ON "Request"
    FOR EACH ROW WHEN (OLD."commonName" <> NEW."commonName") EXECUTE FUNCTION "finding_change_of_name"();
CREATE TRIGGER "FindingChange_certificate" AFTER INSERT ON "Certificate"
    FOR EACH ROW EXECUTE FUNCTION "finding_change_of_certificate"();
CREATE TRIGGER "FindingChange_blocked_key" AFTER INSERT ON "BlockedKey"
    FOR EACH ROW EXECUTE FUNCTION "finding_change_of_key"();

-- What waits already.
INSERT INTO "FindingChange" ("commonName", "spkiSha256")
    SELECT "commonName", "spkiSha256" FROM "Request" WHERE "state" = 'SUBMITTED';
