package docket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Chains says which services need approvals, and whose in which order. A resident
// hands in once; the rest goes on inside the house.
type Chains map[string][]Department

// ErrChains is returned for a document of chains that cannot be used.
var ErrChains = errors.New("docket: no document of approvals")

// ChainsSetting is the name of the setting that holds the document, when staff
// have written one.
const ChainsSetting = "approval.chains"

// DefaultChains are those of a community that wrote none: 物业 → 居委会 → 街道.
func DefaultChains() Chains { return Chains{"certificate": {Property, Committee, Street}} }

// ParseChains reads a document: services by code, each with its departments. An
// empty text is DefaultChains.
func ParseChains(text string) (Chains, error) {
	if text == "" {
		return DefaultChains(), nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	var chains Chains
	if err := d.Decode(&chains); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChains, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something stands behind its end", ErrChains)
	}
	for service, chain := range chains {
		if service == "" || strings.TrimSpace(service) != service {
			return nil, fmt.Errorf("%w: a service without a code", ErrChains)
		}
		for i, d := range chain {
			if !slices.Contains(Departments, d) {
				return nil, fmt.Errorf("%w: %s: no department %q", ErrChains, service, d)
			}
			if slices.Contains(chain[:i], d) {
				return nil, fmt.Errorf("%w: %s: %s stands twice", ErrChains, service, d)
			}
		}
	}
	return chains, nil
}
