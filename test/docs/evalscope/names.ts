/** What `evalscope perf` takes, by its documentation of August 2026: names alone. */

export const FLAG_NAMES = [
  ...['model', 'url', 'name', 'api', 'api-key', 'debug', 'port'],
  ...['total-timeout', 'connect-timeout', 'read-timeout', 'headers', 'no-test-connection'],
  ...['parallel', 'number', 'rate', 'open-loop', 'warmup-num', 'duration', 'sleep-interval', 'log-every-n-query'],
  'stream',
  ...['sla-auto-tune', 'sla-variable', 'sla-params', 'sla-upper-bound', 'sla-lower-bound', 'sla-fixed-parallel'],
  ...['sla-num-runs', 'sla-number-multiplier'],
  ...['dataset', 'dataset-path', 'data-source', 'dataset-args', 'dataset-offset', 'prompt', 'query-template'],
  ...['apply-chat-template', 'max-prompt-length', 'min-prompt-length', 'prefix-length', 'tokenizer-path'],
  ...['tokenize-prompt', 'image-width', 'image-height', 'image-format', 'image-num', 'num-workers'],
  ...['max-tokens', 'min-tokens', 'temperature', 'top-p', 'top-k', 'seed', 'stop', 'stop-token-ids', 'n-choices'],
  ...['frequency-penalty', 'repetition-penalty', 'logprobs', 'extra-args'],
  ...['multi-turn', 'min-turns', 'max-turns'],
  ...['outputs-dir', 'no-timestamp', 'visualizer', 'enable-progress-tracker', 'db-commit-interval'],
]

export const API_NAMES = [
  ...['openai', 'openai_responses', 'openai_embedding', 'embedding', 'openai_rerank', 'rerank', 'dashscope'],
  ...['custom', 'local', 'local_vllm'],
]

export const DATASET_NAMES = [
  ...['openqa', 'longalpaca', 'line_by_line', 'random', 'custom', 'speed_benchmark', 'share_gpt_zh', 'share_gpt_en'],
  ...['random_vl', 'flickr8k', 'kontext_bench', 'embedding', 'random_embedding', 'embedding_batch'],
  ...['random_embedding_batch', 'rerank', 'random_rerank', 'random_multi_turn', 'share_gpt_zh_multi_turn'],
  ...['share_gpt_en_multi_turn', 'custom_multi_turn', 'swe_smith', 'trie_agentic_coding', 'trie_code_qa'],
  ...['trie_office_work', 'workload_trace'],
]

export const LENGTH_ARGUMENTS = ['target_input_len', 'input_len_mode', 'prefix_file', 'prefix_role']
