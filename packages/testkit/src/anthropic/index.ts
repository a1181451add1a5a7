// A loopback endpoint that speaks Anthropic's Messages API.
export {
  loopbackAnthropic,
  type LoopbackAnthropic,
  type LoopbackMessage,
  type MessageRequest,
} from './loopback-anthropic.ts';
