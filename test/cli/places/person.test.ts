import os from 'node:os';
import { personHere } from '../../../cli/places/person.ts';

afterEach(() => jest.restoreAllMocks());

describe('who sits here', () => {
  it('is the user at the host', () => {
    expect(personHere()).toBe(`${os.userInfo().username}@${os.hostname()}`);
  });

  it('is known in a container, too, whose user has no name', () => {
    jest.spyOn(os, 'userInfo').mockImplementation(() => {
      throw Object.assign(new Error('ENOENT: no such file or directory, uv_os_get_passwd'), {
        code: 'ENOENT',
      });
    });
    const { USER, LOGNAME } = process.env;
    try {
      process.env.USER = 'ann';
      expect(personHere()).toBe(`ann@${os.hostname()}`);
      process.env.USER = '';
      process.env.LOGNAME = '';
      expect(personHere()).toMatch(/^uid \d+@/);
    } finally {
      Object.assign(process.env, { USER, LOGNAME });
    }
  });
});
