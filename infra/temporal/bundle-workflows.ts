import path from 'node:path';
import { bundleWorkflowCode, type Logger, type WorkflowBundle } from '@temporalio/worker';

/**
 * Bundles the platform's workflows. The expression language is set up once per worker thread and not anew in each
 * workflow, which would take longer than most workflow tasks: nothing that it remembers depends on who evaluates.
 * @param folder `workflows/`, in the sources or in the build output.
 */
export const bundleWorkflows = (folder: string, logger?: Logger): Promise<WorkflowBundle> =>
  bundleWorkflowCode({
    workflowsPath: require.resolve(path.join(folder, 'index')),
    preloadModules: [require.resolve(path.join(folder, 'graph/expressions'))],
    ...(logger && { logger }),
  });
