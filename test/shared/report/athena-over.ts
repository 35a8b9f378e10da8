import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { StayLake } from '../views/stay-lake.ts';

const PAGE = 50;

/** A client of Athena whose queries DuckDB answers: all values as text, in pages, as Athena gives them. */
export function athenaOver(lake: StayLake) {
  const queries: string[] = [];
  const types = new Set<string>();

  async function resultOf(sql: string, from: number) {
    const described = await lake.rows(`DESCRIBE ${sql}`);
    const columns = described.map(({ column_name, column_type }) => ({
      Name: String(column_name),
      Type: String(column_type).toLowerCase(),
    }));
    for (const { Type } of columns) types.add(Type);
    const cells = (await lake.rows(sql)).map((row) =>
      columns.map(({ Name, Type }) => asText(row[Name], Type)),
    );
    // The names are a row of their own, the first.
    const all = [columns.map(({ Name }) => Name), ...cells];
    return {
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: columns },
        Rows: all.slice(from, from + PAGE).map((row) => ({
          Data: row.map((VarCharValue) => (VarCharValue === undefined ? {} : { VarCharValue })),
        })),
      },
      NextToken: from + PAGE < all.length ? String(from + PAGE) : undefined,
    };
  }

  const send = async (command: unknown) => {
    if (command instanceof StartQueryExecutionCommand) {
      return { QueryExecutionId: String(queries.push(String(command.input.QueryString)) - 1) };
    }
    if (command instanceof GetQueryExecutionCommand) {
      return { QueryExecution: { Status: { State: 'SUCCEEDED' }, StatementType: 'DML' } };
    }
    if (!(command instanceof GetQueryResultsCommand)) throw new TypeError('not asked for here');
    const { QueryExecutionId, NextToken } = command.input;
    return resultOf(queries[Number(QueryExecutionId)] ?? '', Number(NextToken ?? 0));
  };
  return { client: Object.assign(new AthenaClient({ region: 'us-east-1' }), { send }), types };
}

function asText(value: unknown, type: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  return type === 'timestamp' ? `${value}.000` : String(value);
}
