import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';

/**
 * A Dockerfile as stages of plain instructions: `{ name, image, instructions: [{ keyword, words, strings, flags, properties,
 * text, line }] }`. `strings` is the exec form (null for the shell form); `words` have their build arguments filled in.
 */
export function readDockerfile(file) {
  const stages = [];
  for (const instruction of DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') {
      const [image, , name = String(stages.length)] = instruction.getExpandedArguments().map((word) => word.getValue());
      stages.push({ name, image, instructions: [] });
      continue;
    }
    stages.at(-1)?.instructions.push({
      keyword,
      words: instruction.getExpandedArguments().map((word) => word.getValue()),
      strings: execForm(instruction),
      flags: Object.fromEntries((instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue()])),
      properties: Object.fromEntries(propertiesOf(instruction)),
      text: instruction.getArgumentsContent() ?? '',
      line: instruction.getRange().start.line + 1,
    });
  }
  return stages;
}

function propertiesOf(instruction) {
  const several = instruction.getProperties?.() ?? [instruction.getProperty?.()].filter(Boolean);
  return several.map((property) => [property.getName(), property.getValue()]);
}

/** CMD ["node"] and HEALTHCHECK CMD ["node"] run without a shell; anything else needs one. */
function execForm(instruction) {
  const content = (instruction.getArgumentsContent() ?? '').replace(/^(?:--\S+\s+)*(?:CMD\s+)?/, '');
  try {
    const strings = JSON.parse(content);
    return Array.isArray(strings) && strings.every((text) => typeof text === 'string') ? strings : null;
  } catch {
    return null;
  }
}
