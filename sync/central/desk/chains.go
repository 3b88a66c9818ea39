package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"lintai/sync/central/docket"
)

// Chains are the approvals that are asked for; own tells that staff wrote them.
func (d *Desk) Chains(ctx context.Context) (chains docket.Chains, own bool, err error) {
	text, err := d.Store.Setting(ctx, docket.ChainsSetting)
	if err != nil {
		return nil, false, err
	}
	chains, err = docket.ParseChains(text)
	return chains, text != "", err
}

// SetChains replaces them; nil brings those of docket.DefaultChains back, an empty one has
// nothing approved. What was submitted goes on as it was. docket.ErrChains.
func (d *Desk) SetChains(ctx context.Context, chains docket.Chains) error {
	text := ""
	if chains != nil {
		b, err := json.Marshal(chains)
		if err != nil {
			return fmt.Errorf("desk: chains: %w", err)
		}
		text = string(b)
		if _, err := docket.ParseChains(text); err != nil {
			return err
		}
	}
	if err := d.Store.PutSetting(ctx, docket.ChainsSetting, text); err != nil {
		return fmt.Errorf("desk: chains: %w", err)
	}
	d.Log.Info("chains of approvals replaced", "bytes", len(text))
	return nil
}
