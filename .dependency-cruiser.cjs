/** Layers: imports look down only, and each outside dependency has one door. docs/architecture.md tells why. */
const tiers = [
  ['core'],
  ['protocol', 'aws', 'net', 'idp'],
  ['store'],
  ['auth', 'identity', 'audit', 'governance'],
  ['backend', 'oauth'],
  ['backends'],
  ['features'],
  ['tools', 'prompts', 'resources'],
  ['registry'],
  ['mcp'],
];

const down = tiers.flatMap((names, level) =>
  names.map((name) => {
    const allowed = [name, ...tiers.slice(0, level).flat()].join('|');
    return {
      name: `tier-${level}-${name}`,
      comment: `shared/${name} may import itself and the tiers below it`,
      severity: 'error',
      from: { path: `^shared/${name}/` },
      to: { path: '^shared/', pathNot: `^shared/(${allowed})/` },
    };
  }),
);

const door = (name, dependency, ...through) => ({
  name: `door-${name}`,
  severity: 'error',
  from: { path: '^(cli|functions|infra|shared)/', pathNot: through },
  to: { path: dependency },
});

module.exports = {
  forbidden: [
    ...down,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-is-plain',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(cli|functions|infra|test)/' },
    },
    {
      name: 'functions-import-shared',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(cli|infra|test)/' },
    },
    {
      name: 'infra-reads-declarations',
      severity: 'error',
      from: { path: '^infra/' },
      to: {
        path: '^(cli|functions|test|shared)/',
        pathNot: '^shared/(core|idp|backends|registry)/|^shared/backend/definition\\.ts$',
      },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '^(cli|functions|infra|shared)/' },
      to: { path: '^test/' },
    },
    door('cdk', 'node_modules/(aws-cdk-lib|constructs|cdk-nag)/', '^infra/'),
    door('middy', 'node_modules/@middy/', '^functions/middleware/chain\\.ts$'),
    door('aws-sdk', 'node_modules/@(aws-sdk|smithy)/', '^shared/aws/'),
    door('logger', 'node_modules/@aws-lambda-powertools/', '^shared/core/logger\\.ts$'),
    {
      name: 'who-sees-tokens',
      comment: 'behind the handle is the token of a user: two modes of calling a backend, and the step that made it',
      severity: 'error',
      from: {
        path: '^(cli|functions|infra|shared)/',
        pathNot: '^(shared/backend/auth/(forward-token|token-exchange)|functions/middleware/authenticate)\\.ts$',
      },
      to: { path: '^shared/backend/auth/subject-token\\.ts$' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'cdk\\.out' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'require', 'node', 'default'],
    },
  },
};
