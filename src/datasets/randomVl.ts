/** Random texts with random images, for models that see. */
import { ConfigError } from '../config/index.ts'
import type { Dataset } from './dataset.ts'
import { imagePrompt } from './images/part.ts'
import { randomImage } from './images/random.ts'
import { randomPrompts } from './random.ts'
import { contentDraws } from './randomPlan.ts'

/** Of the random numbers of images: beside those of texts. */
const IMAGES_INDEX = 2 ** 30

export const randomVl: Dataset = {
  name: 'random_vl',
  description: 'as random, with --image-num random PNG images of --image-width by --image-height pixels',
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: ({ config }) => config.prefixLength,
  async *read(options) {
    const { config } = options
    if (config.tokenizePrompt)
      throw new ConfigError(
        'option "tokenizePrompt": images cannot be token ids; leave it out, or choose dataset random',
        'tokenizePrompt',
      )
    const contents = contentDraws(config)
    let index = 0
    for await (const text of randomPrompts(options)) {
      const draw = contents(IMAGES_INDEX + index++)
      const urls: string[] = []
      for (let i = 0; i < config.imageNum; i++) urls.push(await randomImage(config, draw))
      yield imagePrompt(text, urls)
    }
  },
}
