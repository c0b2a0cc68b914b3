import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { INFRA, readContext } from '../src/context.ts';
import { readDeployment, type Deployment } from '../src/deployment.ts';
import { makeOnboardingStack } from '../src/onboarding-stack.ts';

/** As it stands in a template. */
export type Resource = {
  Type: string;
  Properties: Record<string, unknown>;
  UpdatePolicy?: unknown;
  [more: string]: unknown;
};

export const deployments: Record<Deployment['size'], Deployment> = {
  school: readDeployment(`${INFRA}deployments/school.json`),
  district: readDeployment(`${INFRA}deployments/district.json`),
};

/** The stack of one deployment, its template, and its resources by type. */
export const synthesise = (deployment: Deployment) => {
  const stack = makeOnboardingStack(new App({ context: readContext() }), deployment);
  const template = Template.fromStack(stack);
  const of = (type: string): [id: string, resource: Resource][] =>
    Object.entries(template.findResources(type)) as never;
  /** The properties of the only one of its type, or of the one whose id begins so. */
  const one = (type: string, id = ''): Record<string, any> => {
    const found = of(type).filter(([name]) => name.startsWith(id));
    if (found.length !== 1) throw new Error(`${type} ${id}: ${found.length} of them`);
    return found[0]?.[1].Properties ?? {};
  };
  return { stack: stack as Stack, template, of, one };
};

/** Both examples: `district` is a service that runs (its roles are made), `school` is before its first start. */
export const school = synthesise(deployments.school);
export const district = synthesise(deployments.district);
export const both = { school, district };
