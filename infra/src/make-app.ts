import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { INFRA, readContext } from './context.ts';
import type { Deployment } from './deployment.ts';
import { makeOnboardingStack } from './onboarding-stack.ts';
import { makeRegistryStack } from './registry-stack.ts';

/**
 * Both stacks, watched by cdk-nag. `read` is handed the path of the deployment: what `cdk -c deployment=FILE` says, else what stands
 * in cdk.json. Without cdk the rest of that file's context holds as well.
 */
export const makeApp = (read: (path: string) => Deployment): App => {
  const app = new App({ context: readContext(), analyticsReporting: false });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  makeRegistryStack(app);
  makeOnboardingStack(app, read(`${INFRA}${String(app.node.tryGetContext('deployment'))}`));
  return app;
};
