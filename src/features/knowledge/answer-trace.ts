/** What one answer needed, and how much of it had to come from the disk. */
export class AnswerTrace {
  readonly startedAt: number;
  readonly isUrgent: boolean;
  inMemory = 0;
  fromDisk = 0;
  isFromCache = false;

  constructor(startedAt: number, isUrgent: boolean) {
    this.startedAt = startedAt;
    this.isUrgent = isUrgent;
  }

  note(inMemory: number, fromDisk: number): void {
    this.inMemory += inMemory;
    this.fromDisk += fromDisk;
  }
}
