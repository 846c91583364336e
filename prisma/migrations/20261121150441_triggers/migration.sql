-- DropIndex
DROP INDEX "rooms_workspace_id_idx";

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "triggers_version" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "rooms" ADD COLUMN     "last_user_seq" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "trigger_data" JSONB,
ADD COLUMN     "trigger_depth" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "trigger_policy_id" UUID;

-- CreateTable
CREATE TABLE "trigger_policies" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "course_id" UUID,
    "room_id" UUID,
    "session_id" TEXT,
    "conditions" JSONB NOT NULL DEFAULT '{}',
    "workflow_id" UUID NOT NULL,
    "version" INTEGER,
    "input" JSONB,
    "debounce_mode" TEXT NOT NULL DEFAULT 'trailing',
    "debounce_seconds" INTEGER NOT NULL DEFAULT 0,
    "cooldown_seconds" INTEGER NOT NULL DEFAULT 0,
    "quiet_hours" JSONB,
    "max_concurrent" INTEGER,
    "over_limit" TEXT NOT NULL DEFAULT 'queue',
    "timer" JSONB,
    "threshold_minutes" INTEGER,
    "swept_until" TIMESTAMPTZ(3),
    "hook_token" TEXT,
    "hook_secrets" JSONB,
    "body_schema" JSONB,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trigger_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trigger_firings" (
    "id" UUID NOT NULL,
    "policy_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "room_id" UUID,
    "session_id" TEXT,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "detail" TEXT,
    "event" JSONB NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "run_id" UUID,
    "depth" INTEGER NOT NULL DEFAULT 0,
    "pending" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trigger_firings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trigger_events" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "room_id" UUID,
    "policy_id" UUID,
    "type" TEXT NOT NULL,
    "session_id" TEXT,
    "data" JSONB NOT NULL,
    "depth" INTEGER NOT NULL DEFAULT 0,
    "key" TEXT,
    "body_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "trigger_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hook_deliveries" (
    "id" UUID NOT NULL,
    "policy_id" UUID NOT NULL,
    "key" TEXT,
    "test" BOOLEAN NOT NULL DEFAULT false,
    "outcome" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "detail" TEXT,
    "body_bytes" INTEGER NOT NULL,
    "body" TEXT NOT NULL,
    "explained" JSONB,
    "event_id" UUID,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_subscriptions" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "event_types" TEXT[],
    "room_id" UUID,
    "secrets" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "disabled_at" TIMESTAMPTZ(3),
    "disabled_reason" TEXT,
    "failing_since" TIMESTAMPTZ(3),
    "sequence" BIGINT NOT NULL DEFAULT 0,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "event_id" UUID NOT NULL,
    "event_type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_status" INTEGER,
    "last_error" TEXT,
    "last_attempt_at" TIMESTAMPTZ(3),
    "sequence" BIGINT,
    "delivered_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "trigger_policies_hook_token_key" ON "trigger_policies"("hook_token");

-- CreateIndex
CREATE INDEX "trigger_policies_workspace_id_event_type_idx" ON "trigger_policies"("workspace_id", "event_type");

-- CreateIndex
CREATE INDEX "trigger_policies_course_id_idx" ON "trigger_policies"("course_id");

-- CreateIndex
CREATE INDEX "trigger_policies_room_id_idx" ON "trigger_policies"("room_id");

-- CreateIndex
CREATE INDEX "trigger_policies_workflow_id_idx" ON "trigger_policies"("workflow_id");

-- CreateIndex
CREATE INDEX "trigger_firings_policy_id_created_at_idx" ON "trigger_firings"("policy_id", "created_at");

-- CreateIndex
CREATE INDEX "trigger_firings_room_id_created_at_idx" ON "trigger_firings"("room_id", "created_at");

-- CreateIndex
CREATE INDEX "trigger_events_sent_at_created_at_idx" ON "trigger_events"("sent_at", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "trigger_events_policy_id_key_key" ON "trigger_events"("policy_id", "key");

-- CreateIndex
CREATE INDEX "hook_deliveries_policy_id_received_at_idx" ON "hook_deliveries"("policy_id", "received_at");

-- CreateIndex
CREATE INDEX "webhook_subscriptions_workspace_id_idx" ON "webhook_subscriptions"("workspace_id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_subscription_id_status_position_idx" ON "webhook_deliveries"("subscription_id", "status", "position");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_subscription_id_event_id_position_key" ON "webhook_deliveries"("subscription_id", "event_id", "position");

-- CreateIndex
CREATE INDEX "rooms_workspace_id_last_message_at_idx" ON "rooms"("workspace_id", "last_message_at");

-- CreateIndex
CREATE INDEX "runs_trigger_policy_id_status_idx" ON "runs"("trigger_policy_id", "status");

-- AddForeignKey
ALTER TABLE "trigger_policies" ADD CONSTRAINT "trigger_policies_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "trigger_policies" ADD CONSTRAINT "trigger_policies_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "trigger_policies" ADD CONSTRAINT "trigger_policies_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "trigger_policies" ADD CONSTRAINT "trigger_policies_workflow_id_fkey" FOREIGN KEY ("workflow_id") REFERENCES "workflows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "trigger_firings" ADD CONSTRAINT "trigger_firings_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "trigger_policies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hook_deliveries" ADD CONSTRAINT "hook_deliveries_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "trigger_policies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_subscriptions" ADD CONSTRAINT "webhook_subscriptions_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "webhook_subscriptions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rooms that exist know their newest message of a person.
UPDATE "rooms" SET "last_user_seq" = "found"."seq"
FROM (SELECT "room_id", max("seq") AS "seq" FROM "messages" WHERE "author_kind" = 'user' GROUP BY "room_id") AS "found"
WHERE "rooms"."id" = "found"."room_id";

-- AlterTable
ALTER TABLE "trigger_events" ADD COLUMN     "message_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "trigger_events_policy_id_message_id_key" ON "trigger_events"("policy_id", "message_id");

-- CreateIndex
CREATE INDEX "trigger_firings_status_policy_id_created_at_idx" ON "trigger_firings"("status", "policy_id", "created_at");
