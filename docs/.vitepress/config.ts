/** The documentation as a site: `npm run docs:build`. A dead link fails the build, but for files that are no pages. */
type Rule = (tokens: { attrSet(name: string, value: string): void }[], index: number, ...rest: unknown[]) => string

const page = (text: string, link: string) => ({ text, link })

export default {
  title: 'perfgate',
  description: 'LLM inference performance as a test',
  cleanUrls: true,
  // Relative links to files of the repository outside docs/.
  ignoreDeadLinks: [
    /^\.{1,2}\/(\.\.\/)*(README|ARCHITECTURE|CONTRIBUTING|CHANGELOG|examples|src|bench|test|fixtures)\b/,
  ],
  markdown: {
    // Two braces in code are code, not Vue's.
    config(markdown: { renderer: { rules: Record<string, Rule | undefined> } }) {
      const inline = markdown.renderer.rules.code_inline!
      markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]!.attrSet('v-pre', '')
        return inline(tokens, index, ...rest)
      }
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      {
        text: 'Guides',
        items: [
          page('Start', '/'),
          page('The first gate', '/first-gate'),
          page('Choosing thresholds', '/choosing-thresholds'),
          page('Reading a report', '/reading-a-report'),
          page('When a run is invalid', '/invalid-runs'),
          page('CI', '/ci'),
          page('Load', '/load'),
          page('Comparison', '/comparison'),
          page('Baselines', '/baselines'),
          page('Capacity and sweeps', '/capacity'),
          page('Conversations', '/conversations'),
          page('Money and energy', '/budgets'),
          page('Reports', '/reports'),
          page('Reliability', '/reliability'),
          page('Interruptions', '/interruptions'),
          page('Scenario files', '/scenarios'),
          page('Coming from other tools', '/coming-from'),
          page('From EvalScope', '/evalscope'),
          page('Questions', '/faq'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Options', '/reference/options'),
          page('Metrics', '/reference/metrics'),
          page('Results', '/reference/results'),
          page('From code', '/reference/code'),
          page('Vitest', '/reference/vitest'),
          page('Jest', '/reference/jest'),
          page('node:test', '/reference/node-test'),
          page('Embedded server', '/reference/fixtures'),
          page('Metrics', '/metrics'),
          page('Verdicts', '/verdicts'),
          page('APIs', '/apis'),
          page('Datasets', '/datasets'),
          page('Configuration', '/configuration'),
          page('Network', '/network'),
          page('Security', '/security'),
          page('Dependencies', '/dependencies'),
          page('Jest and node:test', '/jest'),
          page('Many machines', '/scaling'),
          page('Package', '/package'),
          page('Performance', '/performance'),
        ],
      },
    ],
  },
}
