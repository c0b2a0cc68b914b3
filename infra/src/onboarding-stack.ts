import { Stack, type App } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { makeAlarms } from './alarms.ts';
import { makeBalancer } from './balancer.ts';
import { makeDashboard } from './dashboard.ts';
import { makeDatabase } from './database.ts';
import type { Deployment } from './deployment.ts';
import { makeLogs } from './logs.ts';
import { makeMachineRole } from './machine-role.ts';
import { makeMachines } from './machines.ts';
import { makeNetwork } from './network.ts';
import { REPOSITORY } from './registry-stack.ts';
import { makeSecrets } from './secrets.ts';
import { sizes } from './sizes.ts';
import { makeStores } from './stores.ts';
import { makeTopic } from './topic.ts';
import { makeVault } from './vault.ts';

/** One installation, whole: from the network to the alarms, in the order in which the parts need each other. */
export const makeOnboardingStack = (app: App, deployment: Deployment): Stack => {
  const stack = new Stack(app, `Onboarding${deployment.name}`, {
    description: `Parent Onboarding Service: ${deployment.name}`,
    terminationProtection: true,
  });
  const size = sizes[deployment.size];
  const images = Repository.fromRepositoryName(stack, 'Images', REPOSITORY);

  const network = makeNetwork(stack, size);
  const stores = makeStores(stack);
  const secrets = makeSecrets(stack);
  const logs = makeLogs(stack);
  const database = makeDatabase(stack, { network, dataKey: stores.dataKey, size }, deployment.databaseSnapshot);
  const vault = makeVault(stack, { stores, database });

  const masterSecretArn = deployment.databaseRoles === 'make' ? database.masterSecretArn : undefined;
  const role = makeMachineRole(stack, { stores, secrets, logs, images, masterSecretArn });
  const balancer = makeBalancer(stack, { network, deployment });
  const topic = makeTopic(stack, deployment.alarmMail);
  makeMachines(stack, { deployment, size, network, stores, secrets, logs, images, database, role, balancer, topic });

  const alarms = makeAlarms(stack, { deployment, balancer, database, vault, topic });
  makeDashboard(stack, { alarms, balancer, database });
  return stack;
};
