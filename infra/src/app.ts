// What cdk runs, and `npm run synth`: the templates of the registry and of one installation, checked by cdk-nag.
import { readDeployment } from './deployment.ts';
import { makeApp } from './make-app.ts';

makeApp(readDeployment).synth();
