import { test } from 'vitest'
import { meet } from './meet.ts'

test('runs beside the others', () => meet('one', ['two', 'three']))
