-- Generated from the migrations by `npm run schema`; do not edit.

create extension btree_gin;

create extension fuzzystrmatch;

create domain person_name as text
  CHECK ((((char_length(VALUE) >= 1) AND (char_length(VALUE) <= 200)) AND (VALUE !~ '[[:cntrl:]]'::text) AND (VALUE = btrim(VALUE))));

create domain sha256_hex as text
  CHECK ((VALUE ~ '^[0-9a-f]{64}$'::text));

create table backup_keys (
  fingerprint text not null,
  confirmed_at timestamp with time zone not null,
  confirmed_by bigint,
  constraint backup_keys_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{8}$'::text)),
  constraint backup_keys_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES staff(id) ON DELETE SET NULL,
  constraint backup_keys_pkey PRIMARY KEY (fingerprint)
);

create table check_counts (
  id bigint generated always as identity not null,
  school_id bigint not null,
  day date not null,
  code text not null,
  looked integer not null,
  hinted integer not null,
  advised integer not null,
  better integer not null,
  anyway integer not null,
  approved integer not null,
  constraint check_counts_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id) ON DELETE CASCADE,
  constraint check_counts_pkey PRIMARY KEY (id)
);

create table consents (
  id bigint generated always as identity not null,
  parent_id bigint not null,
  text_name text not null,
  text_version text not null,
  locale text not null,
  agreed_at timestamp with time zone default now() not null,
  constraint consents_locale_check CHECK ((locale ~ '^[a-z]{2,3}$'::text)),
  constraint consents_text_name_check CHECK (((char_length(text_name) >= 1) AND (char_length(text_name) <= 40))),
  constraint consents_text_version_check CHECK (((char_length(text_version) >= 1) AND (char_length(text_version) <= 20))),
  constraint consents_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES parents(id) ON DELETE CASCADE,
  constraint consents_pkey PRIMARY KEY (id)
);

create table decisions (
  id bigint generated always as identity not null,
  school_id bigint not null,
  photo_id bigint not null,
  decision text not null,
  decided_from text not null,
  replaced_id bigint,
  batch uuid,
  decided_at timestamp with time zone not null,
  decided_by bigint,
  undone_at timestamp with time zone,
  undone_by bigint,
  constraint decisions_approve_what_waits CHECK (((decision = 'rejected'::text) OR (decided_from = 'pending'::text))),
  constraint decisions_decided_from_check CHECK ((decided_from = ANY (ARRAY['pending'::text, 'approved'::text]))),
  constraint decisions_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'rejected'::text]))),
  constraint decisions_replace_by_approval CHECK (((decision = 'approved'::text) OR (replaced_id IS NULL))),
  constraint decisions_undone CHECK (((undone_by IS NULL) OR (undone_at IS NOT NULL))),
  constraint decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff(id) ON DELETE SET NULL,
  constraint decisions_photo_id_fkey FOREIGN KEY (photo_id) REFERENCES photos(id) ON DELETE CASCADE,
  constraint decisions_replaced_id_fkey FOREIGN KEY (replaced_id) REFERENCES photos(id) ON DELETE SET NULL,
  constraint decisions_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id) ON DELETE CASCADE,
  constraint decisions_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES staff(id) ON DELETE SET NULL,
  constraint decisions_pkey PRIMARY KEY (id)
);

create table error_kinds (
  fingerprint text not null,
  type text not null,
  code text,
  place text not null,
  times bigint not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  example_id text not null,
  version text not null,
  done_at timestamp with time zone,
  constraint error_kinds_code_check CHECK ((code ~ '^[\w.$-]{1,60}$'::text)),
  constraint error_kinds_example_id_check CHECK (((char_length(example_id) >= 1) AND (char_length(example_id) <= 40))),
  constraint error_kinds_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{8}$'::text)),
  constraint error_kinds_place_check CHECK (((char_length(place) >= 1) AND (char_length(place) <= 100))),
  constraint error_kinds_times_check CHECK ((times > 0)),
  constraint error_kinds_type_check CHECK ((type ~ '^[\w.$-]{1,60}$'::text)),
  constraint error_kinds_version_check CHECK (((char_length(version) >= 1) AND (char_length(version) <= 40))),
  constraint error_kinds_pkey PRIMARY KEY (fingerprint)
);

create table events (
  id bigint generated always as identity not null,
  at timestamp with time zone default now() not null,
  school_id bigint not null,
  actor text not null,
  staff_id bigint,
  parent_id bigint,
  photo_id bigint,
  kind text not null,
  data jsonb default '{}'::jsonb not null,
  constraint events_actor_check CHECK ((actor = ANY (ARRAY['parent'::text, 'staff'::text, 'system'::text, 'cli'::text]))),
  constraint events_data_check CHECK ((jsonb_typeof(data) = 'object'::text)),
  constraint events_kind_check CHECK (((kind ~ '^[a-z]+(-[a-z]+)*[.][a-z]+(-[a-z]+)*$'::text) AND (char_length(kind) <= 60))),
  constraint events_staff CHECK (((actor = 'staff'::text) = (staff_id IS NOT NULL))),
  constraint events_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id),
  constraint events_pkey PRIMARY KEY (id)
);

create table installation (
  one boolean default true not null,
  id uuid default gen_random_uuid() not null,
  constraint installation_one_check CHECK (one),
  constraint installation_pkey PRIMARY KEY (one)
);

create table instances (
  name text not null,
  kind text not null,
  version text not null,
  started_at timestamp with time zone not null,
  heard_at timestamp with time zone not null,
  constraint instances_kind_check CHECK ((kind = ANY (ARRAY['web'::text, 'worker'::text]))),
  constraint instances_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 300))),
  constraint instances_version_check CHECK (((char_length(version) >= 1) AND (char_length(version) <= 40))),
  constraint instances_pkey PRIMARY KEY (name)
);

create table long_work (
  id bigint generated always as identity not null,
  kind text not null,
  state text default 'running'::text not null,
  started_at timestamp with time zone not null,
  started_by bigint,
  heard_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  done bigint default 0 not null,
  total bigint,
  cancel_asked_at timestamp with time zone,
  detail jsonb default '{}'::jsonb not null,
  failure text,
  constraint long_work_detail_check CHECK ((jsonb_typeof(detail) = 'object'::text)),
  constraint long_work_done_check CHECK ((done >= 0)),
  constraint long_work_ended CHECK (((state = 'running'::text) = (ended_at IS NULL))),
  constraint long_work_failed CHECK (((state = 'failed'::text) = (failure IS NOT NULL))),
  constraint long_work_failure_check CHECK ((char_length(failure) <= 500)),
  constraint long_work_kind_check CHECK (((kind ~ '^[a-z]+(-[a-z]+)*$'::text) AND (char_length(kind) <= 40))),
  constraint long_work_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint long_work_total_check CHECK ((total >= 0)),
  constraint long_work_started_by_fkey FOREIGN KEY (started_by) REFERENCES staff(id) ON DELETE SET NULL,
  constraint long_work_pkey PRIMARY KEY (id)
);

create table notes (
  event_id bigint not null,
  parent_id bigint not null,
  body text not null,
  constraint notes_body_check CHECK (((char_length(body) >= 1) AND (char_length(body) <= 300))),
  constraint notes_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id),
  constraint notes_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES parents(id) ON DELETE CASCADE,
  constraint notes_pkey PRIMARY KEY (event_id)
);

create table parent_counts (
  id bigint generated always as identity not null,
  school_id bigint not null,
  class_name text not null,
  status text not null,
  n integer not null,
  constraint parent_counts_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id) ON DELETE CASCADE,
  constraint parent_counts_pkey PRIMARY KEY (id)
);

create table parents (
  id bigint generated always as identity not null,
  school_id bigint not null,
  unique_id uuid not null,
  parent_name person_name not null,
  parent_surname text default ''::text not null,
  child_name person_name not null,
  email text,
  phone text,
  locale text,
  class_name text,
  external_id text,
  link_version integer default 1 not null,
  link_issued_at timestamp with time zone default now() not null,
  link_expires_at timestamp with time zone not null,
  link_lapsed boolean default false not null,
  link_revoked_at timestamp with time zone,
  opened_at timestamp with time zone,
  declined_at timestamp with time zone,
  not_me_at timestamp with time zone,
  archived_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  changed_at timestamp with time zone default now() not null,
  photo_status text,
  photo_id bigint,
  status text generated always as (parent_status(photo_status, declined_at, link_revoked_at, link_lapsed, opened_at)) stored not null,
  listed_as text generated always as (
CASE
    WHEN (archived_at IS NULL) THEN parent_status(photo_status, declined_at, link_revoked_at, link_lapsed, opened_at)
    ELSE 'archived'::text
END) stored not null,
  search_text text default ''::text not null,
  sort_name text collate "und-x-icu" generated always as ("left"(
CASE
    WHEN (parent_surname = ''::text) THEN (parent_name)::text
    ELSE ((parent_surname || ' '::text) || (parent_name)::text)
END, 100)) stored,
  sort_child text collate "und-x-icu" generated always as ("left"((child_name)::text, 100)) stored,
  photo_passed boolean default false not null,
  form_id uuid,
  constraint parents_class_name_check CHECK ((((char_length(class_name) >= 1) AND (char_length(class_name) <= 50)) AND (class_name !~ '[[:cntrl:]]'::text))),
  constraint parents_email_check CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254))),
  constraint parents_external_id_check CHECK (((char_length(external_id) >= 1) AND (char_length(external_id) <= 100))),
  constraint parents_locale_check CHECK ((locale ~ '^[a-z]{2,3}$'::text)),
  constraint parents_parent_surname_check CHECK (((char_length(parent_surname) <= 200) AND (parent_surname !~ '[[:cntrl:]]'::text))),
  constraint parents_phone_check CHECK (((char_length(phone) >= 1) AND (char_length(phone) <= 40))),
  constraint parents_photo_status_check CHECK ((photo_status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text]))),
  constraint parents_search_text_check CHECK ((char_length(search_text) <= 1000)),
  constraint parents_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id),
  constraint parents_pkey PRIMARY KEY (id),
  constraint parents_in_school UNIQUE (id, school_id),
  constraint parents_unique_id_unique UNIQUE (unique_id)
);

create table photo_prints (
  school_id bigint not null,
  band smallint not null,
  value integer not null,
  photo_id bigint not null,
  constraint photo_prints_band_check CHECK (((band >= 0) AND (band <= 4))),
  constraint photo_prints_photo_id_fkey FOREIGN KEY (photo_id) REFERENCES photos(id) ON DELETE CASCADE,
  constraint photo_prints_pkey PRIMARY KEY (school_id, band, value, photo_id)
);

create table photos (
  id bigint generated always as identity not null,
  parent_id bigint not null,
  school_id bigint not null,
  filename text not null,
  upload_id uuid not null,
  uploaded_at timestamp with time zone default now() not null,
  sha256 sha256_hex not null,
  thumb_sha256 sha256_hex not null,
  source_sha256 sha256_hex not null,
  source_format text not null,
  source_bytes bigint not null,
  width integer not null,
  height integer not null,
  bytes integer not null,
  may_be_damaged boolean default false not null,
  status text default 'pending'::text not null,
  reviewed_at timestamp with time zone,
  reviewed_by bigint,
  reject_reasons text[] default '{}'::text[] not null,
  reject_note text,
  superseded_at timestamp with time zone,
  files_deleted_at timestamp with time zone,
  checks jsonb,
  checks_verdict text,
  checked_at timestamp with time zone,
  sent_anyway_at timestamp with time zone,
  face jsonb,
  print bit(128),
  portrait_version integer,
  portrait_sha256 sha256_hex,
  portrait_turn integer,
  portrait_x integer,
  portrait_y integer,
  portrait_size integer,
  portrait_source text,
  backed_up_at timestamp with time zone,
  unbacked_since timestamp with time zone default now(),
  constraint photos_bytes_check CHECK ((bytes > 0)),
  constraint photos_checked CHECK ((num_nulls(checks, checks_verdict, checked_at) = ANY (ARRAY[0, 3]))),
  constraint photos_checks_check CHECK ((jsonb_typeof(checks) = 'array'::text)),
  constraint photos_checks_verdict_check CHECK ((checks_verdict = ANY (ARRAY['passed'::text, 'advice'::text]))),
  constraint photos_face_check CHECK ((jsonb_typeof(face) = 'object'::text)),
  constraint photos_filename_check CHECK ((filename ~ '^s[1-9][0-9]*/[0-9a-f]{2}/[0-9a-f]{32}$'::text)),
  constraint photos_height_check CHECK (((height >= 1) AND (height <= 1200))),
  constraint photos_portrait CHECK ((num_nulls(portrait_version, portrait_sha256, portrait_turn, portrait_x, portrait_y, portrait_size, portrait_source) = ANY (ARRAY[0, 7]))),
  constraint photos_portrait_inside CHECK (((((portrait_x)::numeric + round(((portrait_size)::numeric * 0.8))) <= (
CASE
    WHEN (portrait_turn = ANY (ARRAY[90, 270])) THEN height
    ELSE width
END)::numeric) AND ((portrait_y + portrait_size) <=
CASE
    WHEN (portrait_turn = ANY (ARRAY[90, 270])) THEN width
    ELSE height
END))),
  constraint photos_portrait_size_check CHECK ((portrait_size >= 1)),
  constraint photos_portrait_source_check CHECK ((portrait_source = ANY (ARRAY['centre'::text, 'face'::text, 'staff'::text]))),
  constraint photos_portrait_turn_check CHECK ((portrait_turn = ANY (ARRAY[0, 90, 180, 270]))),
  constraint photos_portrait_version_check CHECK ((portrait_version >= 1)),
  constraint photos_portrait_x_check CHECK ((portrait_x >= 0)),
  constraint photos_portrait_y_check CHECK ((portrait_y >= 0)),
  constraint photos_reject_note_check CHECK (((char_length(reject_note) >= 1) AND (char_length(reject_note) <= 300))),
  constraint photos_reject_reasons_check CHECK ((cardinality(reject_reasons) <= 7)),
  constraint photos_rejected CHECK (((status = 'rejected'::text) OR ((cardinality(reject_reasons) = 0) AND (reject_note IS NULL)))),
  constraint photos_reviewed CHECK (((status <> ALL (ARRAY['approved'::text, 'rejected'::text])) OR (reviewed_at IS NOT NULL))),
  constraint photos_sent_anyway CHECK (((sent_anyway_at IS NULL) OR (checks_verdict = 'advice'::text))),
  constraint photos_source_bytes_check CHECK ((source_bytes > 0)),
  constraint photos_source_format_check CHECK (((char_length(source_format) >= 1) AND (char_length(source_format) <= 10))),
  constraint photos_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text, 'superseded'::text]))),
  constraint photos_superseded CHECK (((status = 'superseded'::text) = (superseded_at IS NOT NULL))),
  constraint photos_width_check CHECK (((width >= 1) AND (width <= 1200))),
  constraint photos_parent FOREIGN KEY (parent_id, school_id) REFERENCES parents(id, school_id) ON DELETE CASCADE,
  constraint photos_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES staff(id) ON DELETE SET NULL,
  constraint photos_pkey PRIMARY KEY (id),
  constraint photos_filename_unique UNIQUE (filename),
  constraint photos_upload_unique UNIQUE (parent_id, upload_id, source_sha256)
);

create table rate_limits (
  key text not null,
  points integer default 0 not null,
  expire bigint,
  constraint rate_limits_pkey PRIMARY KEY (key)
);

create table review_claims (
  photo_id bigint not null,
  school_id bigint not null,
  staff_id bigint not null,
  claimed_until timestamp with time zone not null,
  constraint review_claims_photo_id_fkey FOREIGN KEY (photo_id) REFERENCES photos(id) ON DELETE CASCADE,
  constraint review_claims_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id) ON DELETE CASCADE,
  constraint review_claims_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id) ON DELETE CASCADE,
  constraint review_claims_pkey PRIMARY KEY (photo_id),
  constraint review_claims_one_each UNIQUE (staff_id)
);

create table schedules (
  name text not null,
  due_at timestamp with time zone not null,
  constraint schedules_name_check CHECK (((name ~ '^[a-z]+(-[a-z]+)*$'::text) AND (char_length(name) <= 40))),
  constraint schedules_pkey PRIMARY KEY (name)
);

create table schools (
  id bigint generated always as identity not null,
  name text not null,
  phone text,
  crest text,
  time_zone text not null,
  default_locale text default 'en'::text not null,
  settings jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint schools_crest_check CHECK ((char_length(crest) <= 200)),
  constraint schools_default_locale_check CHECK ((default_locale ~ '^[a-z]{2,3}$'::text)),
  constraint schools_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint schools_phone_check CHECK (((char_length(phone) >= 1) AND (char_length(phone) <= 40))),
  constraint schools_settings_check CHECK ((jsonb_typeof(settings) = 'object'::text)),
  constraint schools_time_zone_check CHECK (((char_length(time_zone) >= 1) AND (char_length(time_zone) <= 60))),
  constraint schools_pkey PRIMARY KEY (id)
);

create table sessions (
  sid text not null,
  sess jsonb not null,
  expire timestamp(6) with time zone not null,
  constraint sessions_sid_check CHECK ((char_length(sid) <= 100)),
  constraint sessions_pkey PRIMARY KEY (sid)
);

create table staff (
  id bigint generated always as identity not null,
  email text not null,
  name text not null,
  password_hash text not null,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint staff_email_check CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254))),
  constraint staff_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint staff_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text)),
  constraint staff_pkey PRIMARY KEY (id)
);

create table staff_roles (
  staff_id bigint not null,
  school_id bigint not null,
  role text not null,
  constraint staff_roles_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'reviewer'::text, 'gate'::text]))),
  constraint staff_roles_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools(id) ON DELETE CASCADE,
  constraint staff_roles_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id) ON DELETE CASCADE,
  constraint staff_roles_pkey PRIMARY KEY (staff_id, school_id)
);

CREATE INDEX backup_keys_of_staff ON public.backup_keys USING btree (confirmed_by) WHERE (confirmed_by IS NOT NULL);

CREATE INDEX check_counts_of_school ON public.check_counts USING btree (school_id, day, code) INCLUDE (looked, hinted, advised, better, anyway, approved);

CREATE INDEX consents_of_parent ON public.consents USING btree (parent_id, id);

CREATE UNIQUE INDEX decisions_in_force ON public.decisions USING btree (photo_id, decision) WHERE (undone_at IS NULL);

CREATE INDEX decisions_of_batch ON public.decisions USING btree (batch) WHERE (batch IS NOT NULL);

CREATE INDEX decisions_of_photo ON public.decisions USING btree (photo_id);

CREATE INDEX decisions_of_staff ON public.decisions USING btree (decided_by, school_id, id) WHERE (undone_at IS NULL);

CREATE INDEX decisions_replacing ON public.decisions USING btree (replaced_id) WHERE (replaced_id IS NOT NULL);

CREATE INDEX error_kinds_latest ON public.error_kinds USING btree (last_at, fingerprint);

CREATE INDEX events_of_parent ON public.events USING btree (parent_id, id) WHERE (parent_id IS NOT NULL);

CREATE INDEX long_work_latest ON public.long_work USING btree (kind, id);

CREATE UNIQUE INDEX long_work_running ON public.long_work USING btree (kind) WHERE (state = 'running'::text);

CREATE INDEX notes_of_parent ON public.notes USING btree (parent_id);

CREATE INDEX parent_counts_of_school ON public.parent_counts USING btree (school_id, class_name, status) INCLUDE (n);

CREATE INDEX parents_archived_by_words ON public.parents USING gin (word_starts(school_id, search_text), class_name) WITH (gin_pending_list_limit='512') WHERE (archived_at IS NOT NULL);

CREATE INDEX parents_by_change ON public.parents USING btree (school_id, changed_at, id) WHERE (archived_at IS NULL);

CREATE INDEX parents_by_child ON public.parents USING btree (school_id, sort_child, id) WHERE (archived_at IS NULL);

CREATE INDEX parents_by_class_change ON public.parents USING btree (school_id, class_name, listed_as, changed_at, id);

CREATE INDEX parents_by_class_child ON public.parents USING btree (school_id, class_name, listed_as, sort_child, id);

CREATE INDEX parents_by_class_name ON public.parents USING btree (school_id, class_name, listed_as, sort_name, id);

CREATE INDEX parents_by_list_change ON public.parents USING btree (school_id, listed_as, changed_at, id);

CREATE INDEX parents_by_list_child ON public.parents USING btree (school_id, listed_as, sort_child, id);

CREATE INDEX parents_by_list_name ON public.parents USING btree (school_id, listed_as, sort_name, id);

CREATE INDEX parents_by_name ON public.parents USING btree (school_id, sort_name, id) WHERE (archived_at IS NULL);

CREATE INDEX parents_by_words ON public.parents USING gin (word_starts(school_id, search_text), listed_as, class_name) WITH (gin_pending_list_limit='512') WHERE (archived_at IS NULL);

CREATE UNIQUE INDEX parents_external_id_unique ON public.parents USING btree (school_id, external_id);

CREATE UNIQUE INDEX parents_form_id_unique ON public.parents USING btree (school_id, form_id) WHERE (form_id IS NOT NULL);

CREATE INDEX parents_passed ON public.parents USING btree (school_id, photo_id) WHERE ((photo_status = 'pending'::text) AND photo_passed AND (archived_at IS NULL));

CREATE INDEX parents_passed_in_class ON public.parents USING btree (school_id, class_name, photo_id) WHERE ((photo_status = 'pending'::text) AND photo_passed AND (archived_at IS NULL));

CREATE INDEX parents_to_lapse ON public.parents USING btree (link_expires_at) WHERE (NOT link_lapsed);

CREATE INDEX parents_waiting ON public.parents USING btree (school_id, photo_id) WHERE ((photo_status = 'pending'::text) AND (archived_at IS NULL));

CREATE INDEX parents_waiting_in_class ON public.parents USING btree (school_id, class_name, photo_id) WHERE ((photo_status = 'pending'::text) AND (archived_at IS NULL));

CREATE INDEX photo_prints_of_photo ON public.photo_prints USING btree (photo_id);

CREATE INDEX photos_by_key ON public.photos USING btree (filename COLLATE "C") WHERE (files_deleted_at IS NULL);

CREATE INDEX photos_by_reviewer ON public.photos USING btree (reviewed_by) WHERE (reviewed_by IS NOT NULL);

CREATE INDEX photos_of_parent ON public.photos USING btree (parent_id, id);

CREATE UNIQUE INDEX photos_one_approved ON public.photos USING btree (parent_id) WHERE (status = 'approved'::text);

CREATE UNIQUE INDEX photos_one_pending ON public.photos USING btree (parent_id) WHERE (status = 'pending'::text);

CREATE INDEX photos_reviewed_lately ON public.photos USING btree (school_id, reviewed_at) INCLUDE (status) WHERE (reviewed_at IS NOT NULL);

CREATE INDEX photos_to_clear ON public.photos USING btree (COALESCE(superseded_at, reviewed_at)) WHERE ((status = ANY (ARRAY['superseded'::text, 'rejected'::text])) AND (files_deleted_at IS NULL));

CREATE INDEX photos_unbacked ON public.photos USING btree (unbacked_since, id) WHERE ((unbacked_since IS NOT NULL) AND (files_deleted_at IS NULL));

CREATE INDEX photos_without_portrait ON public.photos USING btree (id) WHERE ((portrait_version IS NULL) AND (files_deleted_at IS NULL) AND (status = ANY (ARRAY['pending'::text, 'approved'::text])));

CREATE INDEX rate_limits_by_end ON public.rate_limits USING btree (expire);

CREATE INDEX review_claims_of_school ON public.review_claims USING btree (school_id, claimed_until);

CREATE INDEX sessions_by_end ON public.sessions USING btree (expire);

CREATE UNIQUE INDEX staff_email_unique ON public.staff USING btree (lower(email));

CREATE INDEX staff_roles_by_school ON public.staff_roles USING btree (school_id, role);

CREATE OR REPLACE FUNCTION public.events_are_final()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      raise exception 'events are append-only' using errcode = 'insufficient_privilege';
    end $function$;

CREATE OR REPLACE FUNCTION public.parent_status(photo_status text, declined_at timestamp with time zone, link_revoked_at timestamp with time zone, link_lapsed boolean, opened_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (photo_status IS NOT NULL) THEN photo_status WHEN (declined_at IS NOT NULL) THEN 'declined'::text WHEN (link_revoked_at IS NOT NULL) THEN 'revoked'::text WHEN link_lapsed THEN 'expired'::text WHEN (opened_at IS NOT NULL) THEN 'opened'::text ELSE 'not_opened'::text END;

CREATE OR REPLACE FUNCTION public.parents_count()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op = 'INSERT' then
        insert into parent_counts (school_id, class_name, status, n)
        select school_id, coalesce(class_name, ''), listed_as, count(*)
        from added group by 1, 2, 3;
      elsif tg_op = 'DELETE' then
        insert into parent_counts (school_id, class_name, status, n)
        select school_id, coalesce(class_name, ''), listed_as, -count(*)
        from removed group by 1, 2, 3;
      else
        insert into parent_counts (school_id, class_name, status, n)
        select school_id, class_name, status, sum(n) from (
          select school_id, coalesce(class_name, '') as class_name, listed_as as status, 1 as n from added
          union all
          select school_id, coalesce(class_name, ''), listed_as, -1 from removed
        ) moves group by 1, 2, 3 having sum(n) <> 0;
      end if;
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION public.parents_touch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if row (new.parent_name, new.parent_surname, new.child_name, new.class_name, new.photo_status, new.photo_id,
              new.declined_at, new.link_revoked_at, new.link_version, new.link_lapsed, new.opened_at, new.not_me_at, new.archived_at)
         is distinct from
         row (old.parent_name, old.parent_surname, old.child_name, old.class_name, old.photo_status, old.photo_id,
              old.declined_at, old.link_revoked_at, old.link_version, old.link_lapsed, old.opened_at, old.not_me_at, old.archived_at)
      then
        new.changed_at := now();
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.photo_passes(status text, checks_verdict text, checks jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((status = 'pending'::text) AND (NOT (checks_verdict IS DISTINCT FROM 'passed'::text)) AND (checks @> '[{"code": "several-faces", "level": "ok"}]'::jsonb) AND (NOT (checks @> '[{"code": "same-picture", "level": "hint"}]'::jsonb)) AND (NOT (checks @> '[{"code": "same-picture", "level": "advice"}]'::jsonb)));

CREATE OR REPLACE FUNCTION public.photos_checks_said(checks jsonb)
 RETURNS TABLE(code text, level text, told integer)
 LANGUAGE sql
 IMMUTABLE
AS $function$
      with each as (
        select one->>'code' as code, one->>'level' as level,
               (one->>'level' = 'advice' and one->>'code' <> 'same-picture')::int as told
        from jsonb_array_elements(checks) one
      )
      select code, level, told from each
      union all
      select '', case when bool_or(level = 'advice') then 'advice' else 'ok' end, coalesce(max(told), 0)
      from each having checks is not null
    $function$;

CREATE OR REPLACE FUNCTION public.photos_count_checks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    declare
      changed boolean := new.checks is distinct from old.checks;
      untold boolean := new.sent_anyway_at is null;
      is_better int := (old.status = 'pending' and new.status = 'superseded' and untold)::int;
      is_anyway int := (old.sent_anyway_at is null and not untold)::int;
      is_approved int := case
        when untold then 0
        when new.status = 'approved' and old.status in ('pending', 'rejected') then 1
        when new.status in ('pending', 'rejected') and old.status = 'approved' then -1
        else 0 end;
    begin
      insert into check_counts (school_id, day, code, looked, hinted, advised, better, anyway, approved)
      select new.school_id, (new.checked_at at time zone 'UTC')::date, code,
             sum(n), sum(n * (level = 'hint')::int), sum(n * (level = 'advice')::int),
             sum(told * is_better), sum(told * is_anyway), sum(told * is_approved)
      from (
        -- what is said now, when it was not said before; the parent was told of what is said now
        select changed::int as n, code, level, told from photos_checks_said(new.checks)
        union all
        select -1, code, level, 0 from photos_checks_said(old.checks) where changed
      ) said
      group by code
      having row (sum(n), sum(n * (level = 'hint')::int), sum(n * (level = 'advice')::int)) <> row (0, 0, 0)
        or sum(told) * (is_better + is_anyway + abs(is_approved)) <> 0;
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION public.photos_tell_parent()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    declare
      told bigint := coalesce(new.parent_id, old.parent_id);
      shown_id bigint;
      shown_status text;
      gone timestamptz;
      passed boolean;
    begin
      perform from parents where id = told for update; -- what is read below must not be older than what is written
      select id, status, files_deleted_at, photo_passes(status, checks_verdict, checks)
      into shown_id, shown_status, gone, passed from photos
      where parent_id = told
      order by case status when 'pending' then 0 when 'approved' then 1 else 2 end, id desc
      limit 1;
      if shown_status = 'superseded' then shown_id := null; shown_status := null; end if;
      if gone is not null then shown_id := null; end if; -- still rejected, but there is nothing to show
      passed := coalesce(passed, false);
      update parents set photo_status = shown_status, photo_id = shown_id, photo_passed = passed
      where id = told
        and row (photo_status, photo_id, photo_passed) is distinct from row (shown_status, shown_id, passed);
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION public.photos_want_backup()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      new.unbacked_since := coalesce(old.unbacked_since, now());
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.word_starts(school_id bigint, words text)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE STRICT COST 1000
AS $function$
    declare
      word text;
      starts text[] := '{}';
    begin
      foreach word in array string_to_array(words, ' ') loop
        for size in 1 .. least(char_length(word), 12) loop
          starts := starts || (school_id || ' ' || left(word, size));
        end loop;
      end loop;
      return starts;
    end $function$;

CREATE TRIGGER events_are_final BEFORE DELETE OR UPDATE OR TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION events_are_final();

CREATE TRIGGER parents_count_added AFTER INSERT ON public.parents REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION parents_count();

CREATE TRIGGER parents_count_changed AFTER UPDATE ON public.parents REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION parents_count();

CREATE TRIGGER parents_count_removed AFTER DELETE ON public.parents REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION parents_count();

CREATE TRIGGER parents_touch BEFORE UPDATE ON public.parents FOR EACH ROW EXECUTE FUNCTION parents_touch();

CREATE TRIGGER photos_count_checks AFTER UPDATE OF checks, status, sent_anyway_at ON public.photos FOR EACH ROW WHEN ((new.checks IS NOT NULL)) EXECUTE FUNCTION photos_count_checks();

CREATE TRIGGER photos_tell_parent AFTER INSERT OR DELETE OR UPDATE OF status, files_deleted_at, checks, checks_verdict ON public.photos FOR EACH ROW EXECUTE FUNCTION photos_tell_parent();

CREATE TRIGGER photos_want_backup BEFORE UPDATE OF portrait_version ON public.photos FOR EACH ROW WHEN ((new.portrait_version IS DISTINCT FROM old.portrait_version)) EXECUTE FUNCTION photos_want_backup();
