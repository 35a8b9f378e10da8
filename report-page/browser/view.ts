import type { ReportData } from '../../shared/report/report-data.ts';
import { Clocks, type Zone } from './clocks.ts';
import type { Group } from './groups.ts';
import type { Agent } from './report.ts';

/** What of the report the reader looks at. Parts of the page that show it hear of changes. */
export class View {
  readonly clocks: Clocks;
  readonly muted: ReadonlySet<Group> = new Set();
  #search = '';
  readonly #listeners: (() => void)[] = [];
  readonly #seekers: ((agentId: string) => void)[] = [];

  constructor(data: ReportData) {
    this.clocks = new Clocks(data);
  }

  /** Shows at once, and again after each change. */
  show(listener: () => void): void {
    this.#listeners.push(listener);
    listener();
  }

  /** Hears when the reader wants to see one agent. */
  onSeek(seeker: (agentId: string) => void): void {
    this.#seekers.push(seeker);
  }

  seek(agentId: string): void {
    this.searchFor('');
    for (const seeker of this.#seekers) seeker(agentId);
  }

  setZone(zone: Zone): void {
    this.clocks.zone = zone;
    this.#changed();
  }

  mute(group: Group): void {
    const muted = this.muted as Set<Group>;
    if (!muted.delete(group)) muted.add(group);
    this.#changed();
  }

  searchFor(text: string): void {
    if (text === this.#search) return;
    this.#search = text;
    this.#changed();
  }

  get search(): string {
    return this.#search;
  }

  /** Whether an agent is among those searched for, by name or id. */
  finds({ name, agentId }: Agent): boolean {
    const sought = this.#search.trim().toLowerCase();
    return name.toLowerCase().includes(sought) || agentId.toLowerCase().includes(sought);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
