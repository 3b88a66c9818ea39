package power_test

func useCentral(t task) {}
