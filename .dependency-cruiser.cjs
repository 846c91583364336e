/** Import directions of the house (docs/architecture.md). `npm run lint:imports` holds them. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(apps|workflows|activities|infra|prisma|test)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only(
      'contracts-stand-alone',
      '^workflows/contracts/',
      ['^workflows/contracts/'],
      'Contracts are pure: every side shares them.',
    ),
    {
      ...only(
        'workflows-are-deterministic',
        '^workflows/',
        ['^workflows/'],
        'Workflows call activities by type only.',
      ),
      to: {
        path: '^(apps|activities|infra|prisma|test)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    only(
      'activities-do-not-know-workflows',
      '^activities/',
      ['^activities/', '^workflows/contracts/', '^infra/', '^prisma/generated/'],
      'Activities see contracts and infra only.',
    ),
    only(
      'infra-is-the-ground',
      '^infra/',
      ['^infra/', '^prisma/', '^workflows/contracts/'],
      'Infra stands below everything.',
    ),
    only(
      'console-is-a-browser-page',
      '^apps/console/',
      ['^apps/console/', '^workflows/contracts/'],
      'The page shares only contracts with the server.',
    ),
    {
      name: 'apps-are-separate',
      comment: 'One process never imports another; they share activities, workflows and infra.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    { name: 'no-tests-in-product', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-packages-in-product',
      severity: 'error',
      from: { path: '^(apps|workflows|activities|infra)/', pathNot: '^apps/console/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] },
  },
};
