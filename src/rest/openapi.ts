import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemView } from './api-problems.decorator';
import { operationIdOf } from './operation-ids';

const DESCRIPTION = `Receives Typeform submissions, stores every one of them and turns them into clients.

Send \`Authorization: Bearer <API key>\`. Roles: **viewer** reads, **operator** also replays and reads raw payloads,
**admin** also changes forms, erases clients and manages keys. Every error is an RFC 9457 problem document; every answer carries
\`X-Request-Id\`. Lists are paged by \`limit\` and \`cursor\`.`;

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** The document, generated from the controllers. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Typeform onboarding')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'an API key' })
    .build();
  const document = SwaggerModule.createDocument(app, info, {
    extraModels: [ProblemView],
    operationIdFactory: operationIdOf,
  });
  sayDefaultsInWords(document);
  return document;
}

/**
 * Code generators take a property with a `default` for one that is always there, which is right in an answer and wrong in a request:
 * there the description names the default instead.
 */
function sayDefaultsInWords({ paths, components }: OpenAPIObject): void {
  const schemas: Schemas = components?.schemas ?? {};
  for (const operation of Object.values(paths).flatMap(({ post, patch, put }) => [post, patch, put])) {
    const body = operation?.requestBody;
    const schema = body && 'content' in body ? body.content['application/json']?.schema : undefined;
    const request = schema && '$ref' in schema ? schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
    if (!request || '$ref' in request) continue;
    for (const property of Object.values(request.properties ?? {})) {
      if ('$ref' in property || property.default === undefined) continue;
      const words = `default: ${JSON.stringify(property.default)}`;
      property.description = property.description === undefined ? words : `${property.description}; ${words}`;
      delete property.default;
    }
  }
}
