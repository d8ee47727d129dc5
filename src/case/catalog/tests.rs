//! The endpoint catalogue as a whole: every documented row is there, and every entry is sound.

use std::collections::BTreeSet;

use super::*;

/// Every method and path of the vendor's consolidated reference, as a call has it, with the entry that it must find.
/// The first column is the section: 1 text and models, 2 images, 3 audio and music, 4 video.
const ROWS: [(u8, &str, &str, &str); 130] = [
    (1, "POST", "/v1/chat/completions", "chat_completions"),
    (1, "POST", "/v1/responses", "responses"),
    (1, "POST", "/v1/responses/compact", "responses_compact"),
    (1, "POST", "/v1/messages", "messages"),
    (1, "POST", "/v1/messages/count_tokens", "count_tokens"),
    (1, "POST", "/v1/messages/batches", "message_batches_create"),
    (1, "GET", "/v1/messages/batches", "message_batches"),
    (1, "GET", "/v1/messages/batches/msgbatch_1", "message_batch"),
    (1, "GET", "/v1/messages/batches/msgbatch_1/results", "message_batch_results"),
    (1, "POST", "/v1/messages/batches/msgbatch_1/cancel", "message_batch_cancel"),
    (1, "DELETE", "/v1/messages/batches/msgbatch_1", "message_batch_delete"),
    (1, "POST", "/v1beta/models/gemini-pro:generateContent", "gemini_generate"),
    (1, "POST", "/v1beta/models/gemini-pro:streamGenerateContent", "gemini_stream"),
    (1, "POST", "/v1beta/models/gemini-embedding-001:embedContent", "gemini_embed"),
    (1, "POST", "/v1/embeddings", "embeddings"),
    (1, "POST", "/v1/completions", "completions"),
    (1, "POST", "/v1/moderations", "moderations"),
    (1, "POST", "/v1/rerank", "rerank"),
    (1, "GET", "/v1/models", "models"),
    (1, "GET", "/v1/models/gpt-4o", "model"),
    (1, "DELETE", "/v1/models/ft-1", "model_delete"),
    (1, "GET", "/api/models", "model_feed"),
    (1, "GET", "/v1/realtime", "realtime"),
    (1, "POST", "/v1/realtime/sessions", "realtime_sessions"),
    (1, "GET", "/v1/files", "files"),
    (1, "POST", "/v1/files", "files_upload"),
    (1, "GET", "/v1/files/file-1", "file"),
    (1, "DELETE", "/v1/files/file-1", "file_delete"),
    (1, "GET", "/v1/files/file-1/content", "file_content"),
    (1, "POST", "/v1/fine-tunes", "fine_tunes_create"),
    (1, "GET", "/v1/fine-tunes", "fine_tunes"),
    (1, "GET", "/v1/fine-tunes/ft-1", "fine_tune"),
    (1, "POST", "/v1/fine-tunes/ft-1/cancel", "fine_tune_cancel"),
    (1, "GET", "/v1/fine-tunes/ft-1/events", "fine_tune_events"),
    (1, "POST", "/v1/images/variations", "images_variations"),
    (1, "GET", "/user/quota", "balance"),
    (2, "POST", "/v1/images/generations", "images_generations"),
    (2, "POST", "/v1/images/edits", "images_edits"),
    (2, "POST", "/v1beta/models/gemini-3-pro-image:generateContent", "gemini_generate"),
    (2, "POST", "/bria/text-to-image", "bria_text_to_image"),
    (2, "POST", "/bria/text-to-vector", "bria_text_to_vector"),
    (2, "POST", "/bria/image/edit/erase", "bria_edit_erase"),
    (2, "POST", "/bria/image/edit/gen_fill", "bria_edit_gen_fill"),
    (2, "POST", "/bria/image/edit/expand", "bria_edit_expand"),
    (2, "POST", "/bria/image/edit/enhance", "bria_edit_enhance"),
    (2, "POST", "/bria/image/edit/increase_resolution", "bria_edit_increase_resolution"),
    (2, "POST", "/bria/image/edit/replace_background", "bria_edit_replace_background"),
    (2, "POST", "/bria/image/edit/other", "bria_edit"),
    (2, "GET", "/bria/0123abcd", "bria_status"),
    (2, "POST", "/flux/v1/flux-pro-1.1", "flux_generate"),
    (2, "GET", "/flux/v1/get_result", "flux_result"),
    (2, "POST", "/replicate/v1/models/black-forest-labs/flux-schnell/predictions", "replicate_create"),
    (2, "GET", "/replicate/v1/predictions/q4chw5rey9", "replicate_status"),
    (2, "POST", "/mj/submit/imagine", "midjourney_imagine"),
    (2, "POST", "/mj/submit/action", "midjourney_action"),
    (2, "POST", "/mj/submit/blend", "midjourney_blend"),
    (2, "POST", "/mj/submit/describe", "midjourney_describe"),
    (2, "POST", "/mj/submit/modal", "midjourney_modal"),
    (2, "POST", "/mj/submit/edits", "midjourney_edits"),
    (2, "POST", "/mj/submit/video", "midjourney_video"),
    (2, "POST", "/mj/submit/shorten", "midjourney_shorten"),
    (2, "POST", "/mj/submit/change", "midjourney_change"),
    (2, "GET", "/mj/task/17733/fetch", "midjourney_task"),
    (2, "POST", "/mj/task/list-by-condition", "midjourney_tasks"),
    (2, "POST", "/mj-fast/mj/submit/imagine", "midjourney_mode_submit"),
    (2, "GET", "/mj-fast/mj/task/17733/fetch", "midjourney_mode_task"),
    (2, "POST", "/mj-turbo/mj/task/list-by-condition", "midjourney_mode_tasks"),
    (2, "POST", "/kling/v1/images/generations", "kling_image"),
    (2, "POST", "/kling/v1/images/editing/expand", "kling_image_expand"),
    (2, "POST", "/kling/v1/images/kolors-virtual-try-on", "kling_virtual_try_on"),
    (3, "POST", "/v1/audio/speech", "audio_speech"),
    (3, "POST", "/v1/audio/transcriptions", "audio_transcriptions"),
    (3, "POST", "/v1/audio/translations", "audio_translations"),
    (3, "POST", "/suno/submit/music", "suno_music"),
    (3, "POST", "/suno/submit/lyrics", "suno_lyrics"),
    (3, "POST", "/suno/submit/concat", "suno_concat"),
    (3, "POST", "/suno/submit/upload", "suno_upload"),
    (3, "POST", "/suno/submit/other", "suno_submit"),
    (3, "GET", "/suno/fetch/346c5d10", "suno_task"),
    (3, "POST", "/suno/fetch", "suno_tasks"),
    (3, "POST", "/runwayml/v1/sound_effect", "runway_sound_effect"),
    (3, "POST", "/runwayml/v1/text_to_speech", "runway_text_to_speech"),
    (3, "POST", "/kling/v1/audio/tts", "kling_tts"),
    (3, "POST", "/kling/v1/audio/text-to-audio", "kling_text_to_audio"),
    (3, "POST", "/kling/v1/audio/video-to-audio", "kling_video_to_audio"),
    (4, "POST", "/v1/videos", "videos_create"),
    (4, "GET", "/v1/videos/video_1", "videos_status"),
    (4, "GET", "/v1/videos/video_1/content", "videos_content"),
    (4, "POST", "/v1/videos/video_1/remix", "videos_remix"),
    (4, "POST", "/volc/v3/contents/generations/tasks", "bytedance_create"),
    (4, "GET", "/volc/v3/contents/generations/tasks", "bytedance_tasks"),
    (4, "GET", "/volc/v3/contents/generations/tasks/0217", "bytedance_status"),
    (4, "POST", "/kling/v1/videos/text2video", "kling_text2video"),
    (4, "POST", "/kling/v1/videos/image2video", "kling_image2video"),
    (4, "POST", "/kling/v1/videos/multi-image2video", "kling_multi_image2video"),
    (4, "POST", "/kling/v1/videos/video-extend", "kling_video_extend"),
    (4, "POST", "/kling/v1/videos/effects", "kling_effects"),
    (4, "POST", "/kling/v1/videos/advanced-lip-sync", "kling_advanced_lip_sync"),
    (4, "POST", "/kling/v1/videos/identify-face", "kling_identify_face"),
    (4, "POST", "/kling/v1/videos/avatar/image2video", "kling_avatar"),
    (4, "POST", "/kling/v1/videos/omni-video", "kling_omni_video"),
    (4, "POST", "/kling/v1/videos/multi-elements", "kling_multi_elements"),
    (4, "POST", "/kling/v1/videos/multi-elements/init-selection", "kling_init_selection"),
    (4, "POST", "/kling/v1/videos/multi-elements/add-selection", "kling_selection"),
    (4, "GET", "/kling/v1/videos/text2video/8613", "kling_task"),
    (4, "GET", "/kling/v1/images/generations/8613", "kling_task"),
    (4, "GET", "/kling/v1/videos/omni-video/8613", "kling_omni_task"),
    (4, "POST", "/runwayml/v1/image_to_video", "runway_image_to_video"),
    (4, "POST", "/runwayml/v1/video_to_video", "runway_video_to_video"),
    (4, "POST", "/runwayml/v1/video_upscale", "runway_video_upscale"),
    (4, "POST", "/runwayml/v1/character_performance", "runway_character_performance"),
    (4, "GET", "/runwayml/v1/tasks/3d957031", "runway_task"),
    (4, "POST", "/runway/pro/generate", "runway_pro_generate"),
    (4, "POST", "/runway/pro/video2video", "runway_pro_video2video"),
    (4, "POST", "/runway/pro/act_one", "runway_pro_act_one"),
    (4, "POST", "/runway/feed", "runway_feed"),
    (4, "POST", "/grok/v1/videos/generations", "xai_generate"),
    (4, "POST", "/grok/v1/videos/edits", "xai_edit"),
    (4, "GET", "/grok/v1/videos/4b2cd27e", "xai_task"),
    (4, "POST", "/v1/video_generation", "minimax_create"),
    (4, "GET", "/v1/query/video_generation", "minimax_status"),
    (4, "GET", "/v1/files/retrieve", "minimax_file"),
    // Other makers and gateways.
    (5, "POST", "/openai/deployments/my-gpt/chat/completions", "azure_chat_completions"),
    (5, "POST", "/openai/deployments/my-ada/embeddings", "azure_embeddings"),
    (5, "POST", "/openai/v1/chat/completions", "azure_v1_chat_completions"),
    (5, "POST", "/openai/v1/responses", "azure_v1_responses"),
    (5, "POST", "/v1beta/openai/chat/completions", "gemini_openai_chat"),
    (5, "POST", "/api/v1/chat/completions", "openrouter_chat_completions"),
    (5, "POST", "/api/v1/responses", "openrouter_responses"),
    (5, "GET", "/api/v1/models", "openrouter_models"),
];

#[test]
fn every_documented_endpoint_is_there() {
    let catalog = Catalog::built_in();
    let mut found = BTreeSet::new();
    for (section, method, path, id) in ROWS {
        let endpoint = catalog.endpoint_for(method, path);
        assert_eq!(endpoint.map(|e| e.id.as_str()), Some(id), "section {section}: {method} {path}");
        found.insert(id);
    }
    let all: BTreeSet<&str> = catalog.endpoints.iter().map(|e| e.id.as_str()).collect();
    assert_eq!(all.difference(&found).collect::<Vec<_>>(), Vec::<&&str>::new(), "no row names them");
}

#[test]
fn a_path_that_is_written_out_goes_before_one_with_a_name() {
    let catalog = Catalog::built_in();
    let table = [
        ("GET", "/flux/v1/get_result", "flux_result"),
        ("POST", "/bria/image/edit/erase", "bria_edit_erase"),
        ("POST", "/bria/image/edit/recolor", "bria_edit"),
        ("POST", "/suno/submit/music", "suno_music"),
        ("POST", "/suno/submit/extend", "suno_submit"),
        ("POST", "/kling/v1/videos/multi-elements/init-selection", "kling_init_selection"),
        ("GET", "/kling/v1/videos/omni-video/8613", "kling_omni_task"),
        ("GET", "/v1/files/retrieve", "minimax_file"),
        ("GET", "/v1/files/file-1", "file"),
    ];
    for (method, path, id) in table {
        assert_eq!(catalog.endpoint_for(method, path).map(|e| e.id.as_str()), Some(id), "{method} {path}");
    }
    for (method, path) in [("POST", "/v1/chat"), ("GET", "/bria"), ("PUT", "/v1/models"), ("GET", "")] {
        assert!(catalog.endpoint_for(method, path).is_none(), "{method} {path}");
    }
}

#[test]
fn an_own_endpoint_goes_first_at_its_own_gateway_only() {
    let profile = "id: acme\nname: Acme\ndoc_url: https://acme.example\naccessed: '2026-11-21'\n";
    let endpoints = "- {id: acme_chat, name: Acme chat, method: POST, path: /v1/chat/completions, profiles: [acme], \
                     doc_url: 'https://acme.example/chat', accessed: '2026-11-21'}\n\
                     - {id: acme_any, name: Acme, method: POST, path: '/flux/v1/{job}', profiles: [acme], \
                     doc_url: 'https://acme.example/any', accessed: '2026-11-21'}\n";
    let catalog =
        read_files([("profiles/acme.yaml", profile), ("endpoints/acme.yaml", endpoints)]).expect("reads");
    let at = |profile: &str, path: &str| {
        catalog.endpoint_at("POST", path, catalog.profile(profile)).map(|e| e.id.as_str())
    };
    assert_eq!(at("acme", "/v1/chat/completions"), Some("acme_chat"));
    assert_eq!(at("cometapi", "/v1/chat/completions"), Some("chat_completions"));
    assert_eq!(at("acme", "/flux/v1/flux-dev"), Some("acme_any"));
    assert_eq!(at("cometapi", "/flux/v1/flux-dev"), Some("flux_generate"));
    assert_eq!(at("acme", "/v1/embeddings"), Some("embeddings"));
    assert_eq!(
        at("acme", "/suno/submit/music"),
        Some("suno_music"),
        "another gateway's, where nothing else is known"
    );
    assert_eq!(
        catalog.endpoint_for("POST", "/v1/chat/completions").map(|e| e.id.as_str()),
        Some("chat_completions")
    );
}

#[test]
fn every_entry_is_sound() {
    let catalog = Catalog::built_in();
    let groups = ["text", "image", "audio", "music", "video", "account"];
    let mut ids = BTreeSet::new();
    let mut places = BTreeSet::new();
    for e in &catalog.endpoints {
        let id = &e.id;
        assert!(ids.insert(id), "{id} stands twice");
        assert!(places.insert((&e.method, &e.path)), "{} {} stands twice", e.method, e.path);
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{id}");
        assert!(groups.contains(&e.group.as_str()), "{id}: {}", e.group);
        for url in std::iter::once(&e.doc_url).chain(e.docs.values().map(|p| &p.url)) {
            assert!(url.starts_with("https://"), "{id}: {url}");
        }
        for date in std::iter::once(&e.accessed).chain(e.docs.values().map(|p| &p.accessed)) {
            assert!(chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok(), "{id}: {date}");
        }
        assert!(
            !e.profiles.is_empty() || e.docs.contains_key("openai_compatible"),
            "{id}: a general one has a page that is not CometAPI's"
        );
        let of_a_profile = |p: &&String| catalog.profile(p).is_some_and(|p| p.endpoints.contains(id));
        assert!(
            e.profiles.is_empty()
                || e.profiles == ["cometapi", "practice"]
                || e.profiles.iter().all(|p| of_a_profile(&p)),
            "{id}: {:?}",
            e.profiles
        );
        assert_eq!(e.body == BodyKind::None, e.minimal_body.is_empty(), "{id}: a body, or none");
        assert!(e.body != BodyKind::None || e.fields().next().is_none(), "{id}: fields without a body");
        assert_eq!(e.stream == StreamKind::Websocket, !e.not_sent.is_empty(), "{id}");
        assert!(e.served != Served::No || !e.remark.is_empty(), "{id}: why it is not served");
        for text in [&e.remark, &e.not_sent] {
            assert!(text.is_empty() || text.ends_with('.'), "{id}: one sentence");
        }
        let names: BTreeSet<&str> = e.fields().map(|f| f.name.as_str()).collect();
        assert_eq!(names.len(), e.fields().count(), "{id}: a field stands twice");
        if e.answer != AnswerKind::Json {
            assert!(e.answer_fields.is_empty(), "{id}: fields of an answer that is no JSON");
        }
    }
    assert_eq!(catalog.endpoints.first().map(|e| e.id.as_str()), Some("chat_completions"));
    assert!(
        catalog.endpoints.is_sorted_by_key(|e| groups.iter().position(|g| *g == e.group)),
        "one group after the other"
    );
}

#[test]
fn minimal_bodies_hold_what_is_required_in_its_type() {
    for e in &Catalog::built_in().endpoints {
        if e.minimal_body.is_empty() {
            continue;
        }
        let body: serde_json::Value = serde_json::from_str(&e.minimal_body).expect("JSON");
        let body = body.as_object().expect("an object");
        for field in e.required.iter().filter(|f| f.kind != "file") {
            let value =
                body.get(&field.name).unwrap_or_else(|| panic!("{}: {} is missing", e.id, field.name));
            assert!(field.kind.split('|').any(|kind| is(value, kind)), "{}: {}", e.id, field.name);
        }
        for (name, value) in body {
            let field =
                e.fields().find(|f| f.name == *name).unwrap_or_else(|| panic!("{}: {name} is unknown", e.id));
            assert!(field.kind.split('|').any(|kind| is(value, kind)), "{}: {name}", e.id);
        }
        let names_model = e.minimal_body.contains("\"{model}\"");
        let wants_model = e.required.iter().any(|f| f.name.starts_with("model"));
        assert!(names_model || !wants_model, "{}: the model's place", e.id);
    }
}

fn is(value: &serde_json::Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    }
}

#[test]
fn every_text_field_and_parameter_is_classified_for_the_sanitizer() {
    /// Leave as their shape only: an id that may be anybody's.
    const SHAPE_ONLY: [&str; 1] = ["id"];
    let catalog = Catalog::built_in();
    let safe = &catalog.safe;
    for e in &catalog.endpoints {
        for field in e.fields() {
            let name = field.name.to_ascii_lowercase();
            let (shown, dropped) = (safe.request_fields.contains(&name), safe.prompt_fields.contains(&name));
            assert!(!(shown && dropped), "{name} is on both lists");
            if field.kind.split('|').any(|kind| kind == "string") {
                assert!(shown || dropped, "{}: {name} is on neither list", e.id);
            }
        }
        for parameter in &e.query {
            let name = &parameter.name;
            assert!(
                safe.query.contains(name)
                    || catalog.credential_query(name)
                    || SHAPE_ONLY.contains(&name.as_str()),
                "{}: {name}",
                e.id
            );
        }
        if e.auth.contains(&Auth::QueryKey) && e.query.iter().any(|q| q.required) {
            assert!(
                e.query.iter().any(|q| catalog.credential_query(&q.name)),
                "{}: where the key goes",
                e.id
            );
        }
        for header in &e.required_headers {
            assert!(safe.request_headers.contains(&header.name), "{}: {}", e.id, header.name);
        }
    }
    // What a user writes, names or chooses never leaves by name.
    for name in
        ["prompt", "text", "title", "image", "callback_url", "notifyhook", "webhook_secret", "user", "state"]
    {
        assert!(
            !safe.request_fields.iter().any(|f| f == name) && safe.prompt_fields.iter().any(|f| f == name),
            "{name}"
        );
    }
}

#[test]
fn where_the_model_stands() {
    let catalog = Catalog::built_in();
    let table = [
        ("chat_completions", Some(ModelPlace::Model)),
        ("kling_text2video", Some(ModelPlace::ModelName)),
        ("gemini_generate", Some(ModelPlace::Path)),
        ("flux_generate", Some(ModelPlace::Path)),
        ("realtime", Some(ModelPlace::Query)),
        ("models", None),
        ("bria_text_to_image", None),
    ];
    for (id, place) in table {
        assert_eq!(catalog.endpoint(id).expect(id).model_in(), place, "{id}");
    }
}

#[test]
fn only_what_answers_at_once_is_sent_as_a_control() {
    let catalog = Catalog::built_in();
    let cheap: Vec<&str> = catalog.endpoints.iter().filter(|e| e.is_cheap()).map(|e| e.id.as_str()).collect();
    for id in ["chat_completions", "responses", "messages", "embeddings", "gemini_generate"] {
        assert!(cheap.contains(&id), "{id}");
    }
    for id in ["videos_create", "suno_music", "kling_image", "audio_transcriptions", "models", "realtime"] {
        assert!(!cheap.contains(&id), "{id}");
    }
}

#[test]
fn built_in_catalog_is_whole() {
    let catalog = Catalog::built_in();
    for profile in &catalog.profiles {
        for topic in profile.topics.values().chain(profile.see_also.values()) {
            let topic = catalog.topic(topic).unwrap_or_else(|| panic!("{}: topic {topic}", profile.id));
            assert!(topic.profiles.is_empty() || topic.profiles.contains(&profile.id), "{}", topic.id);
        }
    }
    for class in crate::case::vocabulary::FailureClass::ALL {
        let defaults = catalog.class(*class).unwrap_or_else(|| panic!("no defaults for {class}"));
        assert!(catalog.topic(&defaults.topic).is_some(), "{class}: topic {}", defaults.topic);
        assert!(!defaults.first_action.is_empty(), "{class}");
    }
    for topic in &catalog.topics {
        assert!(!topic.advice.is_empty(), "{}", topic.id);
        assert!(topic.profiles.iter().all(|p| catalog.profile(p).is_some()), "{}", topic.id);
    }
    assert_eq!(catalog.profile_for_host("API.cometapi.com").map(|p| p.id.as_str()), Some("cometapi"));
    assert_eq!(catalog.profile_for_host("127.0.0.1").map(|p| p.id.as_str()), Some("openai_compatible"));
}

#[test]
fn a_host_may_be_named_with_its_port() {
    let text = "id: acme\nname: Acme\nhosts: ['127.0.0.1:4000', llm.acme.example, '[::1]:4000']\n\
                doc_url: https://acme.example\naccessed: '2026-11-21'\n";
    let catalog = read_files([("profiles/acme.yaml", text)]).expect("reads");
    let table = [
        ("127.0.0.1:4000", "acme"),
        ("127.0.0.1:4001", "openai_compatible"),
        ("127.0.0.1", "openai_compatible"),
        ("LLM.acme.example", "acme"),
        ("llm.acme.example:8443", "acme"),
        ("[::1]:4000", "acme"),
        ("[::1]", "openai_compatible"),
    ];
    for (host, profile) in table {
        assert_eq!(catalog.profile_for_host(host).map(|p| p.id.as_str()), Some(profile), "{host}");
    }
}

#[test]
fn every_profile_is_complete() {
    let catalog = Catalog::built_in();
    let kinds = ["form", "email", "chat", "issues", "docs"];
    // Runs where its operator put it; names no request; belongs to nobody.
    let nowhere = ["openai_compatible", "practice", "litellm", "new_api", "vllm", "llama_cpp"];
    let nameless = ["gemini", "llama_cpp"];
    let nobodys = ["openai_compatible", "practice"];
    for id in [
        "cometapi",
        "openai_compatible",
        "openai",
        "anthropic",
        "gemini",
        "azure_openai",
        "openrouter",
        "litellm",
        "new_api",
        "vllm",
        "llama_cpp",
        "practice",
    ] {
        let p = catalog.profile(id).unwrap_or_else(|| panic!("{id} is there"));
        assert_eq!(p.hosts.is_empty(), nowhere.contains(&id), "{id}: hosts");
        assert_eq!(p.base_urls.is_empty(), nowhere.contains(&id) || id == "azure_openai", "{id}: base URLs");
        assert!(!p.auth.is_empty() && !p.key_env.is_empty(), "{id}: how a key travels");
        assert_eq!(p.request_id_headers.is_empty(), nameless.contains(&id), "{id}: request-id headers");
        assert!(!p.envelopes.is_empty(), "{id}: envelopes");
        assert_eq!(p.contacts.is_empty(), nobodys.contains(&id), "{id}: contacts");
        assert_eq!(p.see_also.is_empty(), nobodys.contains(&id) || id == "cometapi", "{id}: pages by class");
        for contact in &p.contacts {
            assert!(kinds.contains(&contact.kind.as_str()), "{id}: {}", contact.kind);
            assert!(!contact.purpose.is_empty() && contact.source.starts_with("https://"), "{id}");
        }
        assert!(id == "practice" || !p.docs.is_empty(), "{id}: pages");
        for endpoint in &p.endpoints {
            assert!(catalog.endpoint(endpoint).is_some(), "{id}: endpoint {endpoint}");
        }
        for header in p.auth.iter().map(|way| &way.header).chain(&p.request_id_headers) {
            assert_eq!(*header, header.to_lowercase(), "{id}");
        }
    }
    assert_eq!(catalog.profiles.len(), 12);
}

#[test]
fn every_support_page_of_cometapi_is_a_topic() {
    let catalog = Catalog::built_in();
    for id in [
        "price_or_multiplier",
        "hc.price_adjustments",
        "hc.concurrency",
        "hc.maintenance.channels",
        "hc.maintenance.error_handling",
        "waf_403",
        "hc.maintenance.window",
        "privacy_logging",
        "abnormal_charge",
        "cm.token_quota",
        "cm.base_url",
        "cm.limits",
        "cm.new_token",
        "cm.invalid_token",
        "cm.images",
        "guide.important",
        "getting_started_base_url",
        "guide.retry",
        "rate_limits_concurrency",
        "guide.video",
        "guide.old_retry",
        "error_handling",
        "balance",
        "models",
        "blog.debug",
        "tos",
        "support_form",
        "maintenance",
    ] {
        assert!(catalog.topic(id).is_some_and(|t| t.site == "CometAPI"), "{id}");
    }
    let kinds: BTreeSet<&str> =
        catalog.profile("cometapi").expect("there").contacts.iter().map(|c| c.kind.as_str()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["chat", "docs", "email", "form", "issues"]);
}

#[test]
fn a_host_chooses_its_profile() {
    let catalog = Catalog::built_in();
    let table = [
        ("api.cometapi.com", "cometapi"),
        ("query.cometapi.com", "cometapi"),
        ("api.openai.com", "openai"),
        ("API.OPENAI.COM:443", "openai"),
        ("api.anthropic.com", "anthropic"),
        ("generativelanguage.googleapis.com", "gemini"),
        ("my-house.openai.azure.com", "azure_openai"),
        ("my-house.openai.azure.com:443", "azure_openai"),
        ("my-house.services.ai.azure.com", "azure_openai"),
        ("openrouter.ai", "openrouter"),
        // Not below the domain.
        ("openai.azure.com", "openai_compatible"),
        (".openai.azure.com", "openai_compatible"),
        ("evil-openai.azure.com.example", "openai_compatible"),
        ("myopenai.azure.com", "openai_compatible"),
        ("api.openai.com.example", "openai_compatible"),
        ("llm.house.example", "openai_compatible"),
        ("127.0.0.1:8000", "openai_compatible"),
    ];
    for (host, profile) in table {
        assert_eq!(catalog.profile_for_host(host).map(|p| p.id.as_str()), Some(profile), "{host}");
    }
    // Anybody may have a name below the domain: a key goes to none of them unasked.
    let azure = catalog.profile("azure_openai").expect("there");
    assert!(azure.covers("my-house.openai.azure.com") && !azure.is_at("my-house.openai.azure.com"));
}

#[test]
fn a_page_belongs_to_the_gateway_that_is_asked_about() {
    let catalog = Catalog::built_in();
    let page = |endpoint: &str, profile: &str| {
        catalog.endpoint(endpoint).expect(endpoint).page_for(catalog.profile(profile)).url
    };
    assert!(page("chat_completions", "openai").contains("platform.openai.com"));
    assert!(page("messages", "anthropic").contains("platform.claude.com"));
    assert!(page("chat_completions", "cometapi").contains("apidoc.cometapi.com"));
    let anthropic = catalog.profile("anthropic");
    let belongs = |id: &str| catalog.endpoint(id).expect(id).belongs_to(anthropic);
    assert!(belongs("messages") && !belongs("chat_completions") && !belongs("suno_music"));
}

#[test]
fn faults_of_a_profile_are_told() {
    let with = |more: &str| {
        let text =
            format!("id: acme\nname: Acme\ndoc_url: https://acme.example\naccessed: '2026-11-21'\n{more}\n");
        read_files([("profiles/acme.yaml", text.as_str())])
    };
    assert!(with("hosts: ['*.llm.acme.example']\nauth: [{header: x-acme}]\nendpoints: [models]").is_ok());
    for (more, said) in [
        ("hosts: ['*']", "a host is a name"),
        ("hosts: ['*.example']", "a host is a name"),
        ("hosts: ['a*.acme.example']", "a host is a name"),
        ("endpoints: [no_such]", "the endpoint no_such is not there"),
        ("auth: [{header: x-acme, query: key}]", "in a header or in the query"),
        ("auth: [{}]", "in a header or in the query"),
        ("see_also: {auth: no_such}", "the topic no_such is not there"),
        ("docs: [{about: a, url: acme.example, accessed: '2026-11-21'}]", "https://"),
    ] {
        let error = with(more).expect_err(more);
        assert!(error.what.contains(said), "{more}: {error}");
    }
}
