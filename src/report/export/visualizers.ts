/** Run folders for experiment trackers: plain JSON of the run, and a script that hands it to the tracker's own client. */
import type { ReportRun } from '../runSet.ts'
import type { ExportedFile, ExportFormat } from './format.ts'
import { ROW_METRICS, type RowMetric, summaryGauges } from './metrics.ts'

export const VISUALIZERS = ['wandb', 'swanlab', 'clearml'] as const
export type Visualizer = (typeof VISUALIZERS)[number]

const CHARTED: readonly RowMetric[] = ['latency', 'ttft', 'tpot', 'outputTokens']

/** The lines of Python that are the tracker's own: begin a run, log one step, end it. */
const CLIENTS: Record<Visualizer, { title: string; install: string; code: string }> = {
  wandb: {
    title: 'Weights & Biases',
    install: 'pip install wandb',
    code: `import wandb

run = wandb.init(project="perfgate", name=config["name"], config=config, dir=str(folder), mode=os.environ.get("WANDB_MODE", "offline"))
for step, row in enumerate(history):
    run.log(row, step=step)
run.summary.update(summary)
run.finish()`,
  },
  swanlab: {
    title: 'SwanLab',
    install: 'pip install swanlab',
    code: `import swanlab

swanlab.init(project="perfgate", experiment_name=config["name"], config=config, logdir=str(folder / "swanlog"), mode=os.environ.get("SWANLAB_MODE", "local"))
for step, row in enumerate(history):
    swanlab.log(row, step=step)
swanlab.log(summary, step=len(history))
swanlab.finish()`,
  },
  clearml: {
    title: 'ClearML',
    install: 'pip install clearml',
    code: `from clearml import Task

Task.set_offline(os.environ.get("CLEARML_OFFLINE_MODE", "1") != "0")
task = Task.init(project_name="perfgate", task_name=config["name"], auto_connect_frameworks=False)
task.connect(config)
logger = task.get_logger()
for step, row in enumerate(history):
    for title, value in row.items():
        logger.report_scalar(title, title, value, step)
for title, value in summary.items():
    logger.report_single_value(title, value)
task.close()`,
  },
}

export const visualizerFormats: ExportFormat[] = VISUALIZERS.map((name) => ({
  name,
  description: `a run folder for ${CLIENTS[name].title}, and the script that hands it over`,
  joins: false,
  needsRequests: true,
  write: ([run]) => runFolder(name, run!),
}))

/** What a user must do with the folder, in one sentence. */
export function visualizerAdvice(name: Visualizer, folder: string): string {
  return `${folder} holds the run for ${CLIENTS[name].title}; to hand it over: ${CLIENTS[name].install}, then python ${folder}/upload.py`
}

function runFolder(name: Visualizer, { result, requests }: ReportRun): ExportedFile[] {
  const config = { ...result.config, name: result.name, endpoint: result.endpoint.url, verdict: result.verdict }
  const summary = Object.fromEntries([
    ...summaryGauges(result).map((gauge) => [gauge.name, gauge.value] as const),
    ...Object.entries(result.distributions).flatMap(([metric, values]) =>
      (['mean', 'p50', 'p90', 'p95', 'p99'] as const).map((rank) => [`${metric}_${rank}`, values[rank]] as const),
    ),
  ])
  return [
    { ending: `.${name}/config.json`, content: `${JSON.stringify(config, null, 2)}\n` },
    { ending: `.${name}/summary.json`, content: `${JSON.stringify(summary, null, 2)}\n` },
    { ending: `.${name}/history.jsonl`, content: historyLines(requests!) },
    { ending: `.${name}/upload.py`, content: uploadScript(name) },
  ]
}

function* historyLines(requests: NonNullable<ReportRun['requests']>): Generator<string> {
  for (const row of requests({ withoutTexts: true })) {
    if (row.warmup === 1) continue
    const values = CHARTED.flatMap((metric) => {
      const value = row.success === 1 ? ROW_METRICS[metric](row) : null
      return value === null ? [] : [[metric, value] as const]
    })
    yield `${JSON.stringify({ ...Object.fromEntries(values), failed: row.success === 1 ? 0 : 1 })}\n`
  }
}

function uploadScript(name: Visualizer): string {
  const { title, install, code } = CLIENTS[name]
  return `"""Hands this run over to ${title}. Needs: ${install}. Offline unless the environment says otherwise."""
import json
import os
from pathlib import Path

folder = Path(__file__).resolve().parent
config = json.loads((folder / "config.json").read_text())
summary = json.loads((folder / "summary.json").read_text())
history = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]

${code}
`
}
