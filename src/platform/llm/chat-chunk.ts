/** What one event of a streamed chat completion says, read from untrusted JSON. */
export interface ChatChunk {
  readonly text: string;
  readonly finishReason?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/**
 * Reads a `chat.completion.chunk`, or a whole `chat.completion` from a gateway that does not stream. Fields of the
 * wrong type count as absent. Reasoning (`reasoning`, `reasoning_content`, parts of type `thinking`) is left out.
 */
export function readChatChunk(value: unknown): ChatChunk {
  if (!isRecord(value)) return { text: '' };
  const choices = value['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const delta = isRecord(choice) ? (choice['delta'] ?? choice['message']) : undefined;
  const finishReason = isRecord(choice) ? choice['finish_reason'] : undefined;
  const usage = isRecord(value['usage']) ? value['usage'] : {};
  const inputTokens = usage['prompt_tokens'];
  const outputTokens = usage['completion_tokens'];
  return {
    text: isRecord(delta) ? contentText(delta['content']) : '',
    ...(typeof finishReason === 'string' ? { finishReason } : {}),
    ...(isCount(inputTokens) ? { inputTokens } : {}),
    ...(isCount(outputTokens) ? { outputTokens } : {}),
  };
}

/** Content is a string, or parts with a type, of which only text is shown. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isRecord(part) && part['type'] === 'text' ? part['text'] : ''))
    .filter((text) => typeof text === 'string')
    .join('');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
