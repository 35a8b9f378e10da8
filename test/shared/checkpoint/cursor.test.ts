import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type CursorItem, moveCursor, readItem } from '../../../shared/checkpoint/cursor.ts';
import { itemOf } from '../../../shared/checkpoint/items.ts';
import { checkpointTable } from './checkpoint-table.ts';

const started = checkpointTable();

const nowhere = (): CursorItem => itemOf(started.newAccount()('mine'), 'checkpoint');

/** A cursor that another run has left at 10:00. */
async function cursorAtTen(): Promise<CursorItem> {
  const item = nowhere();
  const Item = { ...item.key, watermark: '10:00', watermark_run: 'before', state: 'active' };
  await item.db.send(new PutCommand({ TableName: item.table, Item }));
  return item;
}

const move = { cursor: 'watermark', from: '10:00', to: '10:05', runId: 'mine' };

describe('a cursor', () => {
  it('moves from where it is, with what goes with the move, and names the run', async () => {
    const item = await cursorAtTen();
    expect(await moveCursor(item, { ...move, set: { rows: 7, state: 'done' } })).toBe('moved');
    expect(await readItem(item)).toEqual({
      ...item.key,
      ...{ watermark: '10:05', watermark_run: 'mine', rows: 7, state: 'done' },
    });
  });

  it('stays where another run moved it, and says where that is', async () => {
    const item = await cursorAtTen();
    await moveCursor(item, { ...move, to: '10:10', runId: 'theirs' });
    const theirs = await readItem(item);
    expect(theirs).toMatchObject({ watermark: '10:10' });
    expect(await moveCursor(item, { ...move, set: { rows: 7 } })).toEqual(theirs);
    expect(await readItem(item)).toEqual(theirs);
  });

  it('is moved by nobody else, although another run moved it to the same instant', async () => {
    const item = await cursorAtTen();
    await moveCursor(item, { ...move, runId: 'theirs' });
    expect(await moveCursor(item, move)).toMatchObject({ watermark_run: 'theirs' });
  });

  it('is moved when the answer to that was lost and it is asked for again', async () => {
    const item = await cursorAtTen();
    expect(await moveCursor(item, move)).toBe('moved');
    expect(await moveCursor(item, move)).toBe('moved');
    // But not to where this run moved it before.
    expect(await moveCursor(item, { ...move, to: '10:10' })).toMatchObject({ watermark: '10:05' });
  });

  it('moves only while all else is as given', async () => {
    const item = await cursorAtTen();
    const where = { state: 'active' };
    expect(await moveCursor(item, { ...move, set: { state: 'done' }, where })).toBe('moved');
    const back = { ...move, from: '10:05', to: '10:00', where };
    expect(await moveCursor(item, back)).toMatchObject({ watermark: '10:05', state: 'done' });
  });

  it('that is nowhere does not move', async () => {
    const item = nowhere();
    expect(await moveCursor(item, move)).toBeNull();
    expect(await readItem(item)).toBeNull();
  });

  it('is read as it was written last, whichever copy answers', async () => {
    const item = await cursorAtTen();
    const send = jest.spyOn(item.db, 'send');
    await readItem(item);
    expect(send.mock.calls.map(([{ input }]) => input)).toEqual([
      { TableName: item.table, Key: item.key, ConsistentRead: true },
    ]);
  });

  it('takes no other failure for a race', async () => {
    const item = await cursorAtTen();
    const failure = new Error('throttled');
    jest.spyOn(item.db, 'send').mockImplementationOnce(() => Promise.reject(failure));
    await expect(moveCursor(item, move)).rejects.toBe(failure);
  });
});
