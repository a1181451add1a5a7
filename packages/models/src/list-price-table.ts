// What models cost at the endpoints of those who sell them, for list-prices.ts. Made by
// fixtures/oracles/list-prices/make.py from what litellm ships (MIT), and never written by hand.
export const taken = '2026-11-22';
export const source = 'litellm 1.106.2';

/**
 * By seller, a line for each price: USD for a million tokens in, out, and in from a cache; thousands of tokens beyond
 * which it is another; then the models.
 */
export const sellers: Readonly<Record<string, string>> = {
  openai: `
5 30 0.5:chat-latest
4 20 0.4 272:daybreak-blue-latest gpt-5.6 gpt-5.6-sol gpt-daybreak-blue-latest
12.5 75 1.25 272:daybreak-red-latest gpt-5.6-cyber gpt-daybreak-red-latest
1.5 2:gpt-3.5-turbo-instruct-0914
2 8 0.5:gpt-4.1 gpt-4.1-2025-04-14 o3 o3-2025-04-16
0.4 1.6 0.1:gpt-4.1-mini gpt-4.1-mini-2025-04-14
2.5 10 1.25:gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20
0.15 0.6 0.075:gpt-4o-mini gpt-4o-mini-2024-07-18
1.25 10 0.125:gpt-5 gpt-5-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13
0.25 2 0.025:gpt-5-mini gpt-5-mini-2025-08-07
0.05 0.4 0.005:gpt-5-nano gpt-5-nano-2025-08-07
15 120:gpt-5-pro gpt-5-pro-2025-10-06
1.75 14 0.175:gpt-5.2 gpt-5.2-2025-12-11 gpt-5.3-codex
21 168:gpt-5.2-pro gpt-5.2-pro-2025-12-11
2.5 15 0.25 272:gpt-5.4 gpt-5.4-2026-03-05
0.75 4.5 0.075:gpt-5.4-mini gpt-5.4-mini-2026-03-17
0.2 1.25 0.02:gpt-5.4-nano gpt-5.4-nano-2026-03-17
30 180 - 272:gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5-pro gpt-5.5-pro-2026-04-23
5 30 0.5 272:gpt-5.5 gpt-5.5-2026-04-23
12.5 75 1.25:gpt-5.5-cyber gpt-5.5-cyber-preview
0.2 1.2 0.02 272:gpt-5.6-luna
2 12 0.2 272:gpt-5.6-terra
10 50 1 272:gpt-6-astra
0.1 0.5 0.01 272:gpt-6-luna
2 10 0.2 272:gpt-6-sol
2 10 0.1 272:gpt-6.1-sol
5 25 0.5:gpt-rosalind-discovery
20 80:o3-pro o3-pro-2025-06-10
0.13 0:text-embedding-3-large
0.02 0:text-embedding-3-small
0.1 0:text-embedding-ada-002 text-embedding-ada-002-v2
`,
  azure: `
0.11 0:ada text-embedding-ada-002
5 30 0.5:chat-latest gpt-chat-latest
3 12:computer-use-preview
0.5 1.5:gpt-3.5-turbo gpt-35-turbo
1.65 2.2:gpt-3.5-turbo-instruct-0914 gpt-35-turbo-instruct gpt-35-turbo-instruct-0914
10 30:gpt-4-0125-preview gpt-4-1106-preview
11 33:gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4-turbo-vision-preview
2 8 0.5:gpt-4.1 gpt-4.1-2025-04-14
0.4 1.6 0.1:gpt-4.1-mini gpt-4.1-mini-2025-04-14
0.1 0.4 0.025:gpt-4.1-nano gpt-4.1-nano-2025-04-14
2.5 10 1.25:gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20
5 15:gpt-4o-2024-05-13
0.15 0.6 0.075:gpt-4o-mini gpt-4o-mini-2024-07-18
1.25 10 0.125:gpt-5 gpt-5-2025-08-07 gpt-5-codex gpt-5.1 gpt-5.1-2025-11-13 gpt-5.1-codex gpt-5.1-codex-2025-11-13 gpt-5.1-codex-max
0.25 2 0.025:gpt-5-mini gpt-5-mini-2025-08-07 gpt-5.1-codex-mini gpt-5.1-codex-mini-2025-11-13
0.05 0.4 0.005:gpt-5-nano gpt-5-nano-2025-08-07
15 120:gpt-5-pro
1.75 14 0.175:gpt-5.2 gpt-5.2-2025-12-11 gpt-5.2-codex gpt-5.3-codex
21 168:gpt-5.2-pro gpt-5.2-pro-2025-12-11
2.5 15 0.25 272:gpt-5.4 gpt-5.4-2026-03-05
0.75 4.5 0.075:gpt-5.4-mini gpt-5.4-mini-2026-03-17
0.2 1.25 0.02:gpt-5.4-nano gpt-5.4-nano-2026-03-17
30 180 3 272:gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5-pro gpt-5.5-pro-2026-04-23
5 30 0.5 272:gpt-5.5 gpt-5.5-2026-04-23 gpt-5.5-2026-04-24
4 20 0.4 272:gpt-5.6 gpt-5.6-sol gpt-5.6-sol-2026-07-09
0.2 1.2 0.02 272:gpt-5.6-luna gpt-5.6-luna-2026-07-09
2 12 0.2 272:gpt-5.6-terra gpt-5.6-terra-2026-07-09
10 50 1 272:gpt-6-astra gpt-6-astra-2026-09-03
0.1 0.5 0.01 272:gpt-6-luna gpt-6-luna-2026-09-22
2 10 0.2 272:gpt-6-sol gpt-6-sol-2026-09-22
2 10 0.1 272:gpt-6.1-sol gpt-6.1-sol-2026-09-29
8 24:mistral-large-2402 mistral-large-latest
1.1 4.4 0.55:o1-mini o1-mini-2024-09-12
0.143 0:text-embedding-3-large
0.022 0:text-embedding-3-small
1.71875 13.75 0.171875:us-gov/gpt-5.1
1.513 6.05 0.757:us-gov/o3-mini
0.163 0:us-gov/text-embedding-3-large
0.025 0:us-gov/text-embedding-3-small
`,
  anthropic: `
10 50 1:claude-fable-5 claude-mythos-5
10 50 0.25:claude-fable-5-1 claude-mythos-5-1
1 5 0.1:claude-haiku-4-5 claude-haiku-4-5-20251001
0.1 0.5 0.01 100:claude-haiku-5-5
5 25 0.5:claude-opus-4-5 claude-opus-4-5-20251101 claude-opus-4-6 claude-opus-4-6-20260205 claude-opus-4-7 claude-opus-4-7-20260416 claude-opus-4-8 claude-opus-5
4 20 0.2:claude-opus-5-5
3 15 0.3:claude-sonnet-4-5 claude-sonnet-4-5-20250929 claude-sonnet-4-6
2 10 0.2:claude-sonnet-5
2 10 0.1:claude-sonnet-5-5
`,
  mistral: `
0.3 0.9 0.03:codestral-2508 codestral-latest mistral-code-fim-latest mistral-code-latest
0.15 0 0.015:codestral-embed codestral-embed-2505
0.25 0.25 0.025:codestral-mamba-latest mistral-tiny
0.4 2 0.04:devstral-latest devstral-medium-latest mistral-code-agent-latest
0.1 0.3 0.01:devstral-small-latest mistral-small
1.4 4.4 0.14:glm-5-2 zai-glm-5 zai-glm-5-3 zai-glm-latest
1.5 7.5 0.15:magistral-medium-latest mistral-medium mistral-medium-2604 mistral-medium-3 mistral-medium-3-5 mistral-medium-3.5 mistral-medium-latest mistral-vibe-cli-latest mistral-vibe-cli-with-tools
0.15 0.6 0.015:magistral-small-latest mistral-small-2603 mistral-small-latest mistral-vibe-cli-fast
0.2 0.2 0.02:ministral-14b-2512 ministral-14b-latest ministral-3-14b-2512
0.1 0.1 0.01:ministral-3-3b-2512 ministral-3b-2512 ministral-3b-latest
0.15 0.15 0.015:ministral-3-8b-2512 ministral-8b-2512 ministral-8b-latest
0.1 0:mistral-embed mistral-embed-2312
0.5 1.5 0.05:mistral-large-2512 mistral-large-3 mistral-large-latest
0.68 2.09 0.068:mistral-large-4 mistral-large-4-0
0.3 0.3 0.03:open-mistral-nemo
2 6 0.2:pixtral-large-latest
0.1 0.4 0.01:voxtral-small-2507 voxtral-small-latest
`,
  groq: `
0.03 0.03:meta-llama/llama-prompt-guard-2-22m
0.04 0.04:meta-llama/llama-prompt-guard-2-86m
0.15 0.6 0.075:openai/gpt-oss-120b
0.075 0.3 0.0375:openai/gpt-oss-20b
0.075 0.3 0.037:openai/gpt-oss-safeguard-20b
0.8 4:qwen/qwen3.8-27b
`,
  deepseek: `
0.14 0.28 0.014:deepseek-coder
0.55 2.19 0.14:deepseek-r1
0.27 1.1 0.07:deepseek-v3
0.28 0.4 0.028:deepseek-v3.2
`,
  gemini: `
0.3 2.5 0.03:gemini-2.5-flash gemini-3.5-flash-lite gemini-exp-1206 gemini-flash-lite-latest
0.1 0.4 0.01:gemini-2.5-flash-lite
1.25 10 0.125 200:gemini-2.5-pro
0.5 3 0.05:gemini-3-flash-preview
0.25 1.5 0.025:gemini-3.1-flash-lite
2 12 0.2 200:gemini-3.1-pro-preview gemini-3.1-pro-preview-customtools gemini-pro-latest
1.5 9 0.15:gemini-3.5-flash
0.75 3.75 0.075:gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash gemini-flash-latest
2 10 0.1:gemini-4-argon
0.15 0:gemini-embedding-001
0.2 0:gemini-embedding-2 gemini-embedding-2-preview
0.35 1.05:gemini-gemma-2-27b-it gemini-gemma-2-9b-it
1.5 9:gemini-omni-1.1-flash
`,
  xai: `
1.25 2.5 0.2 200:grok-4.20 grok-4.20-0309 grok-4.20-0309-non-reasoning grok-4.20-0309-reasoning grok-4.20-beta grok-4.20-beta-0309 grok-4.20-beta-0309-non-reasoning grok-4.20-beta-0309-reasoning grok-4.20-beta-latest grok-4.20-beta-latest-non-reasoning grok-4.20-beta-latest-reasoning grok-4.20-beta-non-reasoning grok-4.20-beta-reasoning grok-4.20-experimental-beta-0304 grok-4.20-experimental-beta-0304-non-reasoning grok-4.20-experimental-beta-0304-reasoning grok-4.20-experimental-beta-latest grok-4.20-experimental-beta-non-reasoning-latest grok-4.20-experimental-beta-reasoning-latest grok-4.20-multi-agent grok-4.20-multi-agent-0309 grok-4.20-multi-agent-beta-0309 grok-4.20-multi-agent-beta-latest grok-4.20-multi-agent-experimental-beta-0304 grok-4.20-multi-agent-experimental-beta-latest grok-4.20-multi-agent-latest grok-4.20-non-reasoning grok-4.20-non-reasoning-gv2 grok-4.20-non-reasoning-latest grok-4.20-reasoning grok-4.20-reasoning-gv2 grok-4.20-reasoning-latest grok-4.3 grok-4.3-latest
2 6 0.3 200:grok-4.5 grok-4.5-latest grok-build-latest
2 6 0.5 200:grok-4.6 grok-4.7
1 2 0.2 200:grok-build-0.1 grok-code-fast grok-code-fast-1 grok-code-fast-1-0825
`,
  together: `
0.008 0:BAAI/bge-base-en-v1.5
0.3 1.2 0.06:MiniMaxAI/MiniMax-M2.7 MiniMaxAI/MiniMax-M3
0.02 0.02:Qwen/Qwen2-1.5B-Instruct
0.8 0.8:Qwen/Qwen2.5-14B-Instruct
1.2 1.2:Qwen/Qwen2.5-72B-Instruct
0.3 0.3:Qwen/Qwen2.5-7B-Instruct-Turbo
0.17 0.25:Qwen/Qwen3.5-9B
0.5 3:Qwen/Qwen3.6-Plus
1.5 4.5 0.3:Qwen/Qwen3.7-Max
0.32 1.28:Qwen/Qwen3.7-Plus
2 6 0.25:Qwen/Qwen3.8-2.4T-A95B
0.15 0.47:Qwen/Qwen3.8-Flash
0.045 0.15:arcee-ai/trinity-mini
0.1 0.1:arize-ai/qwen-2-1.5b-instruct
3 7:deepseek-ai/DeepSeek-R1-0528
1.25 1.25:deepseek-ai/DeepSeek-V3
1.32 3.96 0.13:deepseek-ai/DeepSeek-V4-Pro-0813
0.3 1.2 0.006:deepseek-ai/DeepSeek-V4.1-Flash deepseek-ai/DeepSeek-V4.1-Flash-1017
3.5 3.5:meta-llama/Llama-3.1-405B-Instruct
0.06 0.06:meta-llama/Llama-3.2-1B-Instruct meta-llama/Llama-3.2-3B-Instruct
0.2 0.2:meta-llama/Meta-Llama-3.1-8B mistralai/Ministral-3-14B-Instruct-2512 mistralai/Mistral-7B-Instruct-v0.3
0.35 1.5 0.04:meta-models/Muse-Glimmer-30B
1.25 4.25 0.15:meta-models/Muse-Spark-Open-816B-A42B
1 3:moonshotai/Kimi-K2-Instruct
0.5 2.8:moonshotai/Kimi-K2.5-fp4
3 15 0.3:moonshotai/Kimi-K3
0.15 0.5 0.02:nvidia/NVIDIA-Nemotron-3.5-Super-VL
0.15 0.6:openai/gpt-oss-120b
0.4 1.2 0.04:reflection/Beam-1.0-501B-A23B
1 4.05 0.17:thinkingmachines/Inkling
0.6 2.2:zai-org/GLM-4.6
1.4 4.4 0.26:zai-org/GLM-5.2 zai-org/GLM-5.3
0.15 0.5 0.03:zai-org/GLM-5.3-Flash
`,
  fireworks: `
0.016 0:WhereIsAI/UAE-Large-V1 thenlper/gte-large
0.45 1.8 0.009:accounts/fireworks/routers/deepseek-v4p1-flash-us deepseek-v4p1-flash-1017-us deepseek-v4p1-flash-us
2.8 8.8 0.52:accounts/fireworks/routers/glm-5p1-fast glm-5p1-fast
2.1 6.6 0.39:accounts/fireworks/routers/glm-5p3-fast accounts/fireworks/routers/glm-5p3-us glm-5p3-fast glm-5p3-us
4.5 22.5 0.45:accounts/fireworks/routers/kimi-k3-fast accounts/fireworks/routers/kimi-k3-us kimi-k3-fast kimi-k3-us
0.2 0.2:chronos-hermes-13b-v2 code-llama-13b code-llama-13b-instruct code-llama-13b-python code-llama-7b code-llama-7b-instruct code-llama-7b-python code-qwen-1p5-7b codegemma-7b cogito-v1-preview-llama-8b cogito-v1-preview-qwen-14b deepseek-coder-7b-base deepseek-coder-7b-base-v1p5 deepseek-coder-7b-instruct-v1p5 deepseek-r1-0528-distill-qwen3-8b deepseek-r1-distill-llama-8b deepseek-r1-distill-qwen-14b deepseek-r1-distill-qwen-7b dobby-mini-unhinged-plus-llama-3-1-8b firellava-13b gemma-7b gemma-7b-it gemma2-9b-it hermes-2-pro-mistral-7b internvl3-8b llama-guard-2-8b llama-guard-3-8b llama-v2-13b llama-v2-13b-chat llama-v2-7b llama-v2-7b-chat llama-v3-8b llama-v3-8b-instruct-hf llama-v3p2-11b-vision-instruct llamaguard-7b ministral-3-14b-instruct-2512 ministral-3-8b-instruct-2512 mistral-7b mistral-7b-instruct-4k mistral-7b-instruct-v0p2 mistral-7b-instruct-v3 mistral-7b-v0p2 mistral-nemo-base-2407 mistral-nemo-instruct-2407 mythomax-l2-13b nous-capybara-7b-v1p9 nous-hermes-llama2-13b nous-hermes-llama2-7b nvidia-nemotron-nano-12b-v2 nvidia-nemotron-nano-9b-v2 openchat-3p5-0106-7b openhermes-2-mistral-7b openhermes-2p5-mistral-7b openorca-7b phi-3-vision-128k-instruct pythia-12b qwen-v2p5-14b-instruct qwen-v2p5-7b qwen2-7b-instruct qwen2-vl-7b-instruct qwen2p5-14b qwen2p5-7b-instruct qwen2p5-coder-14b qwen2p5-coder-14b-instruct qwen2p5-coder-7b qwen2p5-coder-7b-instruct qwen2p5-vl-3b-instruct qwen2p5-vl-7b-instruct qwen3-14b qwen3-4b qwen3-4b-instruct-2507 qwen3-8b qwen3-vl-8b-instruct rolm-ocr snorkel-mistral-7b-pairrm-dpo starcoder-16b starcoder-7b starcoder2-15b starcoder2-7b toppy-m-7b yi-6b zephyr-7b-beta
0.9 0.9:code-llama-34b code-llama-34b-instruct code-llama-34b-python code-llama-70b code-llama-70b-instruct code-llama-70b-python cogito-v1-preview-llama-70b cogito-v1-preview-qwen-32b deepseek-coder-33b-instruct deepseek-r1-distill-llama-70b deepseek-r1-distill-qwen-32b deepseek-v3 deepseek-v3-0324 devstral-small-2505 dobby-unhinged-llama-3-3-70b-new dolphin-2-9-2-qwen2-72b fare-20b firefunction-v2 gemma-3-27b-it internvl3-38b internvl3-78b kat-coder kat-dev-32b kat-dev-72b-exp llama-v2-70b-chat llama-v3-70b-instruct llama-v3-70b-instruct-hf llama-v3p1-70b-instruct llama-v3p1-nemotron-70b-instruct llama-v3p2-90b-vision-instruct llama-v3p3-70b-instruct llava-yi-34b mistral-small-24b-instruct-2501 nous-hermes-2-yi-34b nous-hermes-llama2-70b phind-code-llama-34b-python-v1 phind-code-llama-34b-v1 phind-code-llama-34b-v2 qwen-qwq-32b-preview qwen1p5-72b-chat qwen2-72b-instruct qwen2-vl-72b-instruct qwen2p5-32b qwen2p5-32b-instruct qwen2p5-72b qwen2p5-72b-instruct qwen2p5-coder-32b qwen2p5-coder-32b-instruct qwen2p5-coder-32b-instruct-128k qwen2p5-coder-32b-instruct-32k-rope qwen2p5-coder-32b-instruct-64k qwen2p5-math-72b-instruct qwen2p5-vl-32b-instruct qwen2p5-vl-72b-instruct qwen3-30b-a3b-thinking-2507 qwen3-32b qwen3-coder-480b-instruct-bf16 qwen3-next-80b-a3b-instruct qwen3-next-80b-a3b-thinking qwen3-vl-32b-instruct qwq-32b yi-34b yi-34b-200k-capybara yi-34b-chat
0.1 0.1:codegemma-2b cogito-v1-preview-llama-3b deepseek-coder-1b-base deepseek-r1-distill-qwen-1p5b ernie-4p5-21b-a3b-pt ernie-4p5-300b-a47b-pt flux-1-dev flux-1-schnell gemma-2b-it llama-guard-3-1b llama-v2-70b llama-v3p1-405b-instruct-long llama-v3p1-70b-instruct-1b llama-v3p1-8b-instruct llama-v3p2-1b llama-v3p2-1b-instruct llama-v3p2-3b llama-v3p2-3b-instruct minimax-m1-80k ministral-3-3b-instruct-2512 nemotron-nano-v2-12b-vl phi-2-3b phi-3-mini-128k-instruct qwen2-vl-2b-instruct qwen2p5-0p5b-instruct qwen2p5-1p5b-instruct qwen2p5-coder-0p5b qwen2p5-coder-0p5b-instruct qwen2p5-coder-1p5b qwen2p5-coder-1p5b-instruct qwen2p5-coder-3b qwen2p5-coder-3b-instruct qwen3-0p6b qwen3-1p7b qwen3-1p7b-fp8-draft qwen3-1p7b-fp8-draft-131072 qwen3-1p7b-fp8-draft-40960 stablecode-3b starcoder2-3b
1.2 1.2:cogito-671b-v2-p1 dbrx-instruct deepseek-coder-v2-instruct deepseek-prover-v2 deepseek-v2p5 glm-4p5v gpt-oss-safeguard-120b mistral-large-3-fp8 mixtral-8x22b mixtral-8x22b-instruct mixtral-8x22b-instruct-hf
0.5 0.5:deepseek-coder-v2-lite-base deepseek-coder-v2-lite-instruct deepseek-v2-lite-chat dolphin-2p6-mixtral-8x7b firefunction-v1 gpt-oss-safeguard-20b mixtral-8x7b mixtral-8x7b-instruct mixtral-8x7b-instruct-hf nous-hermes-2-mixtral-8x7b-dpo qwen3-30b-a3b-instruct-2507
3 8:deepseek-r1 deepseek-r1-0528
0.55 2.19:deepseek-r1-basic glm-4p5 glm-4p6
0.56 1.68:deepseek-v3p1 deepseek-v3p1-terminus deepseek-v3p2
0.14 0.28 0.028:deepseek-v4-flash
0.3 1.2 0.006:deepseek-v4p1-flash deepseek-v4p1-flash-1017
3 15 0.3:ember-1 kimi-k3
0.001 0.001:flux-1-dev-controlnet-union
0.22 0.88:glm-4p5-air llama4-maverick-instruct-basic qwen3-235b-a22b qwen3-235b-a22b-instruct-2507 qwen3-235b-a22b-thinking-2507 qwen3-vl-235b-a22b-instruct qwen3-vl-235b-a22b-thinking
0.6 2.2 0.3:glm-4p7
1.4 4.4 0.26:glm-5p1 glm-5p3
0.15 0.5 0.03:glm-5p3-flash
0.07 0.3 0.035:gpt-oss-20b
0.6 2.5:kimi-k2-instruct kimi-k2-instruct-0905 kimi-k2-thinking
0.6 3 0.1:kimi-k2p5
3 3:llama-v3p1-405b-instruct yi-large
0.15 0.6:llama4-scout-instruct-basic qwen3-30b-a3b qwen3-coder-30b-a3b-instruct qwen3-vl-30b-a3b-instruct qwen3-vl-30b-a3b-thinking
0.3 1.2:minimax-m2
0.3 1.2 0.03:minimax-m2p1
0.3 1.2 0.06:minimax-m3
0.15 0.6 0.015:minimax-m3p1-flash
1.25 4.25 0.15:muse-spark-open
0.008 0:nomic-ai/nomic-embed-text-v1 nomic-ai/nomic-embed-text-v1.5 thenlper/gte-base
0.45 1.8:qwen3-coder-480b-a35b-instruct
0.1 0:qwen3-embedding-8b
0.4 1.6 0.08:qwen3p7-plus
2 6 0.25:qwen3p8-max
`,
  cerebras: `
0.99 1.49:gemma-4-31b qwen-3.8-27b
0.35 0.75:gpt-oss-120b
0.85 1.2:llama-3.3-70b
0.6 0.6:llama3.1-70b
0.1 0.1:llama3.1-8b
0.4 0.8:qwen-3-32b
`,
  hyperbolic: `
0.2 0.2:Qwen/QwQ-32B deepseek-ai/DeepSeek-V3
0.12 0.3:Qwen/Qwen2.5-72B-Instruct Qwen/Qwen2.5-Coder-32B-Instruct meta-llama/Llama-3.2-3B-Instruct meta-llama/Llama-3.3-70B-Instruct meta-llama/Meta-Llama-3-70B-Instruct meta-llama/Meta-Llama-3.1-405B-Instruct meta-llama/Meta-Llama-3.1-70B-Instruct meta-llama/Meta-Llama-3.1-8B-Instruct
2 2:Qwen/Qwen3-235B-A22B moonshotai/Kimi-K2-Instruct
0.4 0.4:deepseek-ai/DeepSeek-R1 deepseek-ai/DeepSeek-V3-0324
0.25 0.25:deepseek-ai/DeepSeek-R1-0528
`,
  nscale: `
0.18 0.2:Qwen/QwQ-32B
0.06 0.2:Qwen/Qwen2.5-Coder-32B-Instruct
0.01 0.03:Qwen/Qwen2.5-Coder-3B-Instruct Qwen/Qwen2.5-Coder-7B-Instruct
0.375 0.375:deepseek-ai/DeepSeek-R1-Distill-Llama-70B
0.025 0.025:deepseek-ai/DeepSeek-R1-Distill-Llama-8B
0.09 0.09:deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B
0.07 0.07:deepseek-ai/DeepSeek-R1-Distill-Qwen-14B
0.15 0.15:deepseek-ai/DeepSeek-R1-Distill-Qwen-32B
0.2 0.2:deepseek-ai/DeepSeek-R1-Distill-Qwen-7B meta-llama/Llama-3.3-70B-Instruct
0.03 0.03:meta-llama/Llama-3.1-8B-Instruct
0.09 0.29:meta-llama/Llama-4-Scout-17B-16E-Instruct
0.6 0.6:mistralai/mixtral-8x22b-instruct-v0.1
`,
};
