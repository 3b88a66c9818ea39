package pinyin

// Syllables lists every syllable of the dictionary.
func Syllables() []string { return New().dictionary().syllables.spelled }
