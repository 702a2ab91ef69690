/** The routes of the admin API as the OpenAPI document lists them. */

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** What a schema of the document says, without references. */
export interface Schema {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

export interface Operation {
  method: Method;
  path: string;
  /** The parameters in the query. */
  query: { name: string; schema: Schema }[];
  /** Its JSON body; null when it takes none. */
  body: Schema | null;
}

type Written = Omit<Schema, 'properties' | 'items'> & {
  $ref?: string;
  allOf?: Written[];
  properties?: Record<string, Written>;
  items?: Written;
};

interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: { in: string; name: string; schema: Written }[];
        requestBody?: { content: Record<string, { schema: Written } | undefined> };
      }
    >
  >;
  components: { schemas: Record<string, Written | undefined> };
}

/** Every operation below `/v1`, in the order of the document. */
export function operationsOf(document: object): Operation[] {
  const { paths, components } = document as Document;
  const resolve = (written: Written): Schema => {
    const { $ref, allOf, properties, items, ...rest } = written;
    if ($ref !== undefined) return resolve(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
    if (allOf?.[0]) return resolve(allOf[0]);
    const members = Object.entries(properties ?? {}).map(([name, member]) => [name, resolve(member)] as const);
    return {
      ...rest,
      ...(members.length > 0 ? { properties: Object.fromEntries(members) } : {}),
      ...(items ? { items: resolve(items) } : {}),
    };
  };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { parameters = [], requestBody }]) => {
        const body = requestBody?.content['application/json']?.schema;
        return {
          method: method as Method,
          path,
          query: parameters
            .filter((parameter) => parameter.in === 'query')
            .map(({ name, schema }) => ({ name, schema: resolve(schema) })),
          body: body ? resolve(body) : null,
        };
      }),
    );
}
