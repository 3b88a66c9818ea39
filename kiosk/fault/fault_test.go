package fault

import "testing"

// published is the contract as it was printed, in its order. Only ever append.
var published = []Code{
	"unplugged", "port_busy", "no_answer", "bad_checksum", "sam_selftest", "sam_unauthorised", "paper_near_end", "paper_out", "cover_open", "cutter",
	"head_hot", "print_unknown", "button_stuck", "undervoltage", "overtemp", "fs_readonly", "clock_unset", "queue_missing", "queue_damaged", "queue_full",
	"config_invalid", "sound_missing", "central_refused", "font_missing", "queue_busy", "device_failed", "no_central",
	"storage_errors", "storage_worn", "storage_low", "card_unreadable", "nothing_heard", "content_invalid",
	"document_refused",
	"not_enrolled", "code_refused", "code_used", "code_expired", "number_mismatch", "revoked", "identity_damaged", "central_foreign", "enrol_waiting",
	"update_refused", "update_failed", "update_undone", "crash_loop", "not_painting",
	"network_refused", "network_missing", "stick_missing", "stick_full", "appliance_failed",
}

func TestListIsAppendOnly(t *testing.T) {
	if len(List) < len(published) {
		t.Fatalf("%d codes, %d were published", len(List), len(published))
	}
	for i, code := range published {
		if List[i].Code != code {
			t.Errorf("code %d is %q, was published as %q", i, List[i].Code, code)
		}
	}
	if len(List) > len(published) {
		t.Errorf("append the new codes to the published list: %v", List[len(published):])
	}
}

func TestEveryCodeSaysWhatItMeansAndWhatToDo(t *testing.T) {
	seen := map[Code]bool{}
	for _, e := range List {
		if e.Meaning == "" || e.Cure == "" || e.Severity < Notice || e.Severity > Fatal || seen[e.Code] {
			t.Errorf("%+v", e)
		}
		seen[e.Code] = true
		if got, ok := Find(e.Code); !ok || got != e {
			t.Errorf("Find(%q) = %+v, %v", e.Code, got, ok)
		}
	}
	if _, ok := Find(None); ok {
		t.Error("no fault is found as a fault")
	}
}
