-- The role that owns the tables and migrates, and the service's, which migrations give its few rights (src/platform/db.ts).
-- Run in the database itself, by a role that may make roles. The passwords are the session's settings onboarding.owner_password and
-- onboarding.app_password. May be run again: then it only sets the passwords. Two machines that start at once wait for each other.
do $$
declare
  master constant text := current_user;
  place constant text := current_database();
begin
  perform pg_advisory_xact_lock(hashtext('parent-onboarding: roles'));
  if not exists (select from pg_roles where rolname = 'onboarding_owner') then
    create role onboarding_owner;
  end if;
  if not exists (select from pg_roles where rolname = 'onboarding_app') then
    create role onboarding_app;
  end if;
  execute format('alter role onboarding_owner login password %L', current_setting('onboarding.owner_password'));
  execute format('alter role onboarding_app login password %L', current_setting('onboarding.app_password'));

  -- Who gives a database to a role must be one of it, for as long as that takes.
  execute format('grant onboarding_owner to %I', master);
  execute format('alter database %I owner to onboarding_owner', place);
  execute format('revoke all on database %I from public', place);
  execute format('grant connect on database %I to onboarding_app', place);
  execute format('grant connect on database %I to %I', place, master);
  execute format('revoke onboarding_owner from %I', master);
end
$$;
