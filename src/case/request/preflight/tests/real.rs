//! Requests as people send them, by the references and the examples of the SDKs: the right ones are let alone, and in the
//! wrong ones the check that knows better speaks.

use super::*;
use crate::case::request::BodyText;

/// The draft of `path body`; before the body of a form stands `form:`, and its files are `{"file": name}`.
fn sent(text: &str) -> Draft {
    let (path, body) = text.split_once(' ').expect("a path and a body");
    let credential = match path {
        _ if path.starts_with("/v1/messages") => Header::new("x-api-key", "[key#1]"),
        _ if path.starts_with("/v1beta/") => Header::new("x-goog-api-key", "[key#1]"),
        _ => Header::new("Authorization", "Bearer [key#1]"),
    };
    let mut draft = draft(&format!("https://api.cometapi.com{path}"), body);
    draft.headers[0] = credential;
    if path.starts_with("/v1/messages") {
        draft.headers.push(Header::new("anthropic-version", "2023-06-01"));
    }
    if path.starts_with("/runwayml/") {
        draft.headers.push(Header::new("X-Runway-Version", "2024-11-06"));
    }
    if let Some(fields) = body.strip_prefix("form:") {
        // As a pasted `curl -F` gives it: the boundary is written where the parts are.
        draft.headers[1] = Header::new("Content-Type", "multipart/form-data");
        draft.form = parts(fields);
        draft.body = BodyText::default();
    }
    draft
}

fn chat(members: &str) -> String {
    format!(r#"/v1/chat/completions {{"messages":[{{"role":"user","content":"Hello!"}}],{members}}}"#)
}

fn talk(messages: &str) -> String {
    format!(r#"/v1/chat/completions {{"model":"gpt-4o","messages":[{messages}]}}"#)
}

fn claude(messages: &str, members: &str) -> String {
    format!(
        r#"/v1/messages {{"model":"claude-sonnet-4-5","max_tokens":4096,"messages":[{messages}]{members}}}"#
    )
}

fn gemini(contents: &str, members: &str) -> String {
    format!(r#"/v1beta/models/gemini-2.5-flash:generateContent {{"contents":[{contents}]{members}}}"#)
}

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const HI: &str = r#"{"role":"user","content":"Hello, Claude"}"#;

/// What the references and the SDKs' examples show.
fn right() -> Vec<String> {
    let image = format!("data:image/png;base64,{PNG}");
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"#;
    let weather = format!(
        r#"{{"type":"function","function":{{"name":"get_weather","description":"d","strict":true,"parameters":{schema}}}}}"#
    );
    let call = r#"{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}}]}"#;
    let mut all = vec![
        chat(r#""model":"gpt-4o""#),
        chat(
            r#""model":"gpt-4o-mini","temperature":0.7,"max_tokens":256,"top_p":1,"stop":["\n\n"],"user":"u-1""#,
        ),
        chat(r#""model":"gpt-4.1","stream":true,"stream_options":{"include_usage":true}"#),
        chat(
            r#""model":"gpt-5","reasoning_effort":"minimal","verbosity":"low","max_completion_tokens":2000"#,
        ),
        chat(r#""model":"o3","reasoning_effort":"high","max_completion_tokens":5000"#),
        chat(r#""model":"gpt-5.1","reasoning_effort":"none","temperature":0.3"#),
        chat(r#""model":"gpt-4o","logprobs":true,"top_logprobs":5,"n":2,"seed":7"#),
        chat(
            r#""model":"gpt-4o","presence_penalty":-1.5,"frequency_penalty":0.5,"logit_bias":{"50256":-100}"#,
        ),
        chat(
            r#""model":"gpt-4o","metadata":{"run":"7"},"store":true,"service_tier":"auto","parallel_tool_calls":null"#,
        ),
        chat(
            r#""model":"gpt-4o-audio-preview","modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"}"#,
        ),
        chat(r#""model":"gpt-4o-search-preview","web_search_options":{}"#),
        chat(&format!(r#""model":"gpt-4o","tools":[{weather}],"tool_choice":"auto""#)),
        chat(&format!(
            r#""model":"gpt-4o","tools":[{weather}],"tool_choice":{{"type":"function","function":{{"name":"get_weather"}}}},"parallel_tool_calls":false"#
        )),
        chat(r#""model":"gpt-5","tools":[{"type":"custom","custom":{"name":"code_exec"}}]"#),
        chat(&format!(
            r#""model":"gpt-4o","response_format":{{"type":"json_schema","json_schema":{{"name":"place","strict":true,"schema":{schema}}}}}"#
        )),
        chat(r#""model":"claude-sonnet-4-5","response_format":{"type":"json_object"},"max_tokens":512"#),
        chat(
            r#""model":"gemini-2.5-pro","stop":["a","b","c","d","e"],"tools":[{"type":"function","function":{"name":"default_api.search"}}]"#,
        ),
        chat(r#""model":"deepseek-chat","temperature":1.3,"max_tokens":4096,"stream":false"#),
        chat(r#""model":"deepseek-r1","max_tokens":8000"#),
        chat(r#""model":"qwen3-235b-a22b","enable_thinking":false,"temperature":0.6,"top_k":20"#),
        chat(r#""model":"grok-4","reasoning_effort":"low","search_parameters":{"mode":"auto"}"#),
        chat(
            r#""model":"mistral-large-latest","tool_choice":"any","tools":[{"type":"function","function":{"name":"f","parameters":{}}}]"#,
        ),
        chat(r#""model":"gpt-4o","prediction":{"type":"content","content":"x"},"tools":null,"stop":null"#),
        talk(
            r#"{"role":"system","content":"Be brief."},{"role":"user","name":"ada","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"z"}"#,
        ),
        talk(
            r#"{"role":"developer","content":[{"type":"text","text":"Be brief."}]},{"role":"user","content":"x"}"#,
        ),
        talk(&format!(
            r#"{{"role":"user","content":"weather?"}},{call},{{"role":"tool","tool_call_id":"call_1","content":"18"}}"#
        )),
        talk(
            r#"{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"https://upload.wikimedia.org/wikipedia/commons/d/dd/Boardwalk.jpg","detail":"high"}}]}"#,
        ),
        talk(&format!(
            r#"{{"role":"user","content":[{{"type":"image_url","image_url":{{"url":"{image}"}}}}]}}"#
        )),
        talk(&format!(
            r#"{{"role":"user","content":[{{"type":"input_audio","input_audio":{{"data":"{PNG}","format":"wav"}}}}]}}"#
        )),
        talk(
            r#"{"role":"user","content":[{"type":"file","file":{"file_id":"file-6F2ksmvXxt4VdoqmHRw6kL"}},{"type":"text","text":"sum up"}]}"#,
        ),
        talk(
            r#"{"role":"user","content":"hi"},{"role":"assistant","content":null,"refusal":"no"},{"role":"user","content":"why"}"#,
        ),
    ];
    all.extend(more_right(&image, schema));
    all
}

fn more_right(image: &str, schema: &str) -> Vec<String> {
    let tool = format!(r#"{{"name":"get_weather","description":"d","input_schema":{schema}}}"#);
    vec![
        r#"/v1/responses {"model":"gpt-4.1","input":"Tell me a story."}"#.into(),
        r#"/v1/responses {"model":"gpt-5","input":"x","reasoning":{"effort":"low","summary":"auto"},"text":{"verbosity":"low"},"max_output_tokens":500}"#.into(),
        r#"/v1/responses {"model":"o3","instructions":"Be brief.","input":[{"role":"developer","content":"x"},{"role":"user","content":[{"type":"input_text","text":"y"}]}],"stream":true}"#.into(),
        format!(r#"/v1/responses {{"model":"gpt-4o","input":[{{"role":"user","content":[{{"type":"input_image","image_url":"{image}","detail":"auto"}},{{"type":"input_file","file_id":"file-1"}},{{"type":"input_file","file_url":"https://example.com/a.pdf"}}]}}]}}"#),
        format!(r#"/v1/responses {{"model":"gpt-4.1","input":"x","tools":[{{"type":"function","name":"get_weather","strict":true,"parameters":{schema}}},{{"type":"web_search"}},{{"type":"file_search","vector_store_ids":["vs_1"]}}],"tool_choice":"required"}}"#),
        r#"/v1/responses {"model":"gpt-4.1","previous_response_id":"resp_1","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"}]}"#.into(),
        format!(r#"/v1/responses {{"model":"gpt-4o","input":"x","text":{{"format":{{"type":"json_schema","name":"n","schema":{schema}}}}},"include":["reasoning.encrypted_content"],"store":false}}"#),
        r#"/v1/responses {"model":"o3-pro","input":"x","background":true,"truncation":"auto","conversation":"conv_1"}"#.into(),
        claude(HI, ""),
        claude(HI, r#","system":"Be brief.","temperature":0.5,"stop_sequences":["END"],"metadata":{"user_id":"u"},"stream":true"#),
        claude(HI, r#","thinking":{"type":"enabled","budget_tokens":2048},"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]"#),
        claude(HI, &format!(r#","tools":[{tool},{{"type":"web_search_20250305","name":"web_search","max_uses":5}}],"tool_choice":{{"type":"any"}}"#)),
        claude(r#"{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"toolu_1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"1"}]}]}"#, &format!(r#","tools":[{tool}]"#)),
        claude(&format!(r#"{{"role":"user","content":[{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{PNG}"}}}},{{"type":"text","text":"x","cache_control":{{"type":"ephemeral"}}}}]}}"#), ""),
        claude(r#"{"role":"user","content":[{"type":"document","title":"t","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"The grass is green."}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjQK"}},{"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}},{"type":"image","source":{"type":"file","file_id":"file_1"}}]}"#, ""),
        claude(&format!(r#"{HI},{{"role":"assistant","content":"The best answer is ("}}"#), ""),
        claude(&format!(r#"{HI},{{"role":"system","content":"From now on in French."}}"#), ""),
        gemini(r#"{"parts":[{"text":"Explain how AI works"}]}"#, ""),
        gemini(r#"{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"text":"y"}]},{"role":"user","parts":[{"text":"z"}]}"#, r#","systemInstruction":{"parts":[{"text":"s"}]},"generationConfig":{"temperature":1.0,"topP":0.8,"topK":10,"stopSequences":["T"],"maxOutputTokens":800,"thinkingConfig":{"thinkingBudget":0}}"#),
        gemini(&format!(r#"{{"parts":[{{"inlineData":{{"mimeType":"image/png","data":"{PNG}"}}}},{{"inline_data":{{"mime_type":"image/jpeg","data":"/9j/4AAQSkZJRg=="}}}},{{"fileData":{{"mimeType":"video/mp4","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/a"}}}},{{"text":"x"}}]}}"#), ""),
        gemini(r#"{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"r":1}}}]}"#, &format!(r#","tools":[{{"functionDeclarations":[{{"name":"f","parameters":{schema}}}]}},{{"googleSearch":{{}}}}],"toolConfig":{{"functionCallingConfig":{{"mode":"ANY"}}}}"#)),
        gemini(r#"{"parts":[{"text":"x"}]}"#, r#","safetySettings":[{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_ONLY_HIGH"}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}}"#),
        r#"/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse {"contents":[{"parts":[{"text":"x"}]}]}"#.into(),
        r#"/v1/embeddings {"model":"text-embedding-3-small","input":["The food was delicious","and the waiter"],"encoding_format":"float","dimensions":256}"#.into(),
        r#"/v1/embeddings {"model":"text-embedding-ada-002","input":[[1,2,3],[4,5]]}"#.into(),
        r#"/v1/embeddings {"model":"text-embedding-3-large","input":"x","encoding_format":"base64","user":"u"}"#.into(),
        r#"/v1/images/generations {"model":"gpt-image-1","prompt":"A cute baby sea otter","n":1,"size":"1024x1536","quality":"high","background":"transparent","output_format":"webp","moderation":"low"}"#.into(),
        r#"/v1/images/generations {"model":"dall-e-3","prompt":"x","n":1,"size":"1792x1024","quality":"hd","style":"natural","response_format":"b64_json"}"#.into(),
        r#"/v1/images/generations {"model":"doubao-seedream-4-0-250828","prompt":"x","size":"2K","response_format":"url","watermark":false}"#.into(),
        r#"/v1/images/edits form:{"model":"gpt-image-1","prompt":"add a hat","image[]":{"file":"cat.png","bytes":90000},"mask":{"file":"mask.png","bytes":900},"size":"1024x1024","quality":"low"}"#.into(),
        r#"/v1/audio/speech {"model":"gpt-4o-mini-tts","input":"Hello","voice":"coral","instructions":"Cheerful.","response_format":"opus","speed":1.25}"#.into(),
        r#"/v1/audio/transcriptions form:{"model":"whisper-1","file":{"file":"talk.m4a","bytes":900000},"response_format":"verbose_json","timestamp_granularities[]":"word","language":"en","temperature":"0"}"#.into(),
        r#"/v1/audio/transcriptions form:{"model":"gpt-4o-transcribe","file":{"file":"talk.wav"},"response_format":"json","stream":"true"}"#.into(),
        r#"/v1/audio/translations form:{"model":"whisper-1","file":{"file":"german.MP3"},"prompt":"x"}"#.into(),
        r#"/v1/videos form:{"model":"sora-2","prompt":"A calico cat playing a piano","seconds":"8","size":"1280x720","input_reference":{"file":"first.jpg","bytes":9000}}"#.into(),
        r#"/v1/videos form:{"model":"veo3.1","prompt":"x","size":"16x9","seconds":"6"}"#.into(),
        r#"/kling/v1/videos/text2video {"model_name":"kling-v2-master","prompt":"A cat","negative_prompt":"","cfg_scale":0.5,"mode":"pro","aspect_ratio":"16:9","duration":"5"}"#.into(),
        r#"/kling/v1/videos/image2video {"model_name":"kling-v1-6","image":"https://example.com/a.png","prompt":"x","duration":"10"}"#.into(),
        r#"/suno/submit/music {"mv":"chirp-crow","gpt_description_prompt":"cat"}"#.into(),
        r#"/suno/submit/music {"prompt":"[Verse] x","tags":"emotional punk","mv":"chirp-auk","title":"Rain","make_instrumental":false}"#.into(),
        r#"/mj/submit/imagine {"prompt":"a cat --ar 16:9","botType":"MID_JOURNEY","base64Array":[],"notifyHook":"","state":""}"#.into(),
        r#"/mj/submit/action {"taskId":"1","customId":"MJ::JOB::upsample::2::3dbbd469"}"#.into(),
        format!(r#"/mj/submit/blend {{"base64Array":["{image}","{image}"],"dimensions":"SQUARE"}}"#),
        r#"/runwayml/v1/image_to_video {"model":"gen4_turbo","promptImage":"https://example.com/bunny.jpg","promptText":"The bunny eats","ratio":"1280:720","duration":5,"seed":7}"#.into(),
        r#"/v1/rerank {"model":"jina-reranker-v2-base-multilingual","query":"organic skincare","documents":["a","b"],"top_n":2,"return_documents":true}"#.into(),
        r#"/v1/batches {"input_file_id":"file-abc123","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"d":"x"}}"#.into(),
        r#"/v1/files form:{"purpose":"batch","file":{"file":"requests.jsonl"}}"#.into(),
        r#"/v1/moderations {"model":"omni-moderation-latest","input":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}"#.into(),
        r#"/v1/completions {"model":"gpt-3.5-turbo-instruct","prompt":"Say","max_tokens":7,"temperature":0,"logprobs":3,"stop":"\n"}"#.into(),
    ]
}

#[test]
fn right_requests_are_let_alone() {
    let catalog = Catalog::built_in();
    let all = right();
    assert!(all.len() >= 60, "{}", all.len());
    let mut alarms = Vec::new();
    for text in &all {
        let draft = sent(text);
        let body: Result<serde_json::Value, _> = serde_json::from_str(&draft.body);
        assert!(body.is_ok() || draft.is_form(), "{text}");
        // As from a gateway with a profile, and from one that nobody described.
        for profile in ["cometapi", "openai_compatible"] {
            for finding in preflight(&draft, &catalog, catalog.profile(profile)) {
                // That nobody saw the gateway serve an endpoint is said of a right request too.
                if finding.level > Level::Info && !matches!(finding.id, "endpoint_not_served") {
                    alarms.push(format!("{profile}: {} {:?} in {text}", finding.id, finding.place));
                }
            }
        }
    }
    assert!(alarms.is_empty(), "{} false alarms: {alarms:#?}", alarms.len());
}

/// What people send by mistake, and the check that must speak of it.
fn wrong() -> Vec<(&'static str, String)> {
    let part = |part: &str| talk(&format!(r#"{{"role":"user","content":[{part}]}}"#));
    let url = |url: &str| part(&format!(r#"{{"type":"image_url","image_url":{{"url":"{url}"}}}}"#));
    let block = |source: &str| {
        claude(&format!(r#"{{"role":"user","content":[{{"type":"image","source":{source}}}]}}"#), "")
    };
    let data = |data: &str| gemini(&format!(r#"{{"parts":[{{"inlineData":{data}}}]}}"#), "");
    let call = r#"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    let function = r#"[{"type":"function","function":{"name":"f"}}]"#;
    vec![
        ("chat_max_tokens_o_series", chat(r#""model":"o4-mini-2025-04-16","max_tokens":100"#)),
        ("chat_max_tokens_gpt5", chat(r#""model":"gpt-5-nano","max_tokens":100"#)),
        ("chat_both_token_limits", chat(r#""model":"gpt-4o","max_tokens":9,"max_completion_tokens":9"#)),
        ("chat_max_output_tokens", chat(r#""model":"gpt-4.1","max_output_tokens":300"#)),
        ("chat_functions_deprecated", chat(r#""model":"gpt-4","functions":[{"name":"f","parameters":{}}]"#)),
        ("chat_reasoning_sampling", chat(r#""model":"gpt-5","temperature":0.7"#)),
        ("chat_reasoning_sampling", chat(r#""model":"o3-mini","top_p":0.9"#)),
        ("chat_stop_reasoning", chat(r#""model":"o3","stop":["x"]"#)),
        ("chat_stop_many", chat(r#""model":"gpt-4o-mini","stop":["a","b","c","d","e"]"#)),
        ("stream_options_without_stream", chat(r#""model":"gpt-4o","stream_options":{"include_usage":true}"#)),
        ("chat_top_logprobs_alone", chat(r#""model":"gpt-4o","top_logprobs":2"#)),
        ("temperature_range", chat(r#""model":"gpt-4o","temperature":7"#)),
        ("field_type", chat(r#""model":"gpt-4o","temperature":"0.7""#)),
        ("field_type", chat(r#""model":"gpt-4o","stream":"true""#)),
        ("reasoning_effort_value", chat(r#""model":"o3","reasoning_effort":"maximum""#)),
        ("chat_json_mode_without_the_word", chat(r#""model":"gpt-4o","response_format":{"type":"json_object"}"#)),
        ("chat_json_schema_without_schema", chat(r#""model":"gpt-4o","response_format":{"type":"json_schema","schema":{"type":"object"}}"#)),
        ("chat_response_format_type", chat(r#""model":"gpt-4o","response_format":{"type":"json"}"#)),
        ("chat_tool_choice_without_tools", chat(r#""model":"gpt-4o","tool_choice":"required""#)),
        ("chat_tool_choice_any", chat(&format!(r#""model":"gpt-4o","tools":{function},"tool_choice":"any""#))),
        ("chat_tool_shape", chat(r#""model":"gpt-4o","tools":[{"name":"f","description":"d","input_schema":{}}]"#)),
        ("chat_function_name", chat(r#""model":"gpt-4o","tools":[{"type":"function","function":{"name":"get.weather"}}]"#)),
        ("chat_tools_empty", chat(r#""model":"gpt-4o","tools":[]"#)),
        ("model_with_inner_space", chat(r#""model":"GPT 4o""#)),
        ("model_with_models_prefix", chat(r#""model":"models/gemini-2.5-flash""#)),
        ("chat_pro_and_codex", chat(r#""model":"gpt-5-codex""#)),
        ("chat_model_of_another_family", chat(r#""model":"text-embedding-3-large""#)),
        ("chat_system_at_the_top", chat(r#""model":"gpt-4o","system":"Be brief.""#)),
        ("chat_input_instead_of_messages", r#"/v1/chat/completions {"model":"gpt-4o","input":"hi"}"#.into()),
        ("chat_contents_instead_of_messages", r#"/v1/chat/completions {"model":"gemini-2.5-pro","contents":[{"parts":[{"text":"x"}]}]}"#.into()),
        ("chat_tool_call_unanswered", talk(&format!(r#"{{"role":"user","content":"x"}},{call},{{"role":"user","content":"and?"}}"#))),
        ("chat_tool_message_without_id", talk(&format!(r#"{call},{{"role":"tool","content":"1"}}"#))),
        ("chat_tool_answer_without_call", talk(r#"{"role":"user","content":"x"},{"role":"tool","tool_call_id":"c7","content":"1"}"#)),
        ("chat_content_number", talk(r#"{"role":"user","content":42}"#)),
        ("role_invalid", talk(r#"{"role":"human","content":"x"}"#)),
        ("chat_part_type", part(r#"{"type":"input_image","image_url":"https://example.com/a.png"}"#)),
        ("image_url_as_text", part(r#"{"type":"image_url","image_url":"https://example.com/a.png"}"#)),
        ("image_without_data_prefix", url(PNG)),
        ("image_is_a_path", url("/home/ada/cat.png")),
        ("image_on_this_network", url("http://192.168.1.20/cat.png")),
        ("image_data_empty", url("data:image/jpeg;base64,")),
        ("image_data_not_base64", url("data:image/png;base64,b'iVBORw0K'")),
        ("image_media_type", url("data:application/octet-stream;base64,SUkqAA==")),
        ("image_other_format", url(&format!("data:image/jpeg;base64,{PNG}"))),
        ("responses_messages", r#"/v1/responses {"model":"gpt-4o","messages":[{"role":"user","content":"x"}]}"#.into()),
        ("responses_token_limit", r#"/v1/responses {"model":"gpt-4o","input":"x","max_completion_tokens":50}"#.into()),
        ("responses_response_format", r#"/v1/responses {"model":"gpt-4o","input":"x","response_format":{"type":"json_object"}}"#.into()),
        ("responses_tool_shape", format!(r#"/v1/responses {{"model":"gpt-4o","input":"x","tools":{function}}}"#)),
        ("responses_part_type", r#"/v1/responses {"model":"gpt-4o","input":[{"role":"user","content":[{"type":"text","text":"x"}]}]}"#.into()),
        ("anthropic_role_system", claude(&format!(r#"{{"role":"system","content":"s"}},{HI}"#), "")),
        ("anthropic_role_tool", claude(&format!(r#"{HI},{{"role":"tool","content":"1"}}"#), "")),
        ("anthropic_temperature", claude(HI, r#","temperature":1.7"#)),
        ("anthropic_stop", claude(HI, r#","stop":["x"]"#)),
        ("anthropic_openai_parameters", claude(HI, r#","frequency_penalty":0.5"#)),
        ("anthropic_tool_shape", claude(HI, &format!(r#","tools":{function}"#))),
        ("anthropic_tool_choice_text", claude(HI, r#","tool_choice":"auto""#)),
        ("anthropic_image_data_url", block(&format!(r#"{{"type":"base64","media_type":"image/png","data":"data:image/png;base64,{PNG}"}}"#))),
        ("anthropic_image_media_type", block(r#"{"type":"base64","media_type":"image/jpg","data":"/9j/4AAQ"}"#)),
        ("anthropic_thinking_budget", claude(HI, r#","thinking":{"type":"enabled","budget_tokens":100}"#)),
        ("field_missing", r#"/v1/messages {"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}]}"#.into()),
        ("gemini_role", gemini(r#"{"role":"assistant","parts":[{"text":"x"}]}"#, "")),
        ("gemini_without_contents", r#"/v1beta/models/gemini-2.5-pro:generateContent {"messages":[{"role":"user","content":"x"}]}"#.into()),
        ("gemini_without_parts", gemini(r#"{"role":"user","text":"x"}"#, "")),
        ("gemini_openai_parameters", gemini(r#"{"parts":[{"text":"x"}]}"#, r#","max_tokens":9"#)),
        ("gemini_inline_data", data(r#"{"mimeType":"image/png","data":"https://example.com/a.png"}"#)),
        ("gemini_mime_type_missing", data(r#"{"data":"iVBORw0K"}"#)),
        ("embeddings_empty_text", r#"/v1/embeddings {"model":"text-embedding-3-small","input":["a","","b"]}"#.into()),
        ("embeddings_not_input", r#"/v1/embeddings {"model":"text-embedding-3-small","texts":["a"]}"#.into()),
        ("embeddings_dimensions", r#"/v1/embeddings {"model":"text-embedding-ada-002","input":"a","dimensions":512}"#.into()),
        ("image_response_format", r#"/v1/images/generations {"model":"gpt-image-1","prompt":"x","response_format":"url"}"#.into()),
        ("image_size_dalle3", r#"/v1/images/generations {"model":"dall-e-3","prompt":"x","size":"512x512"}"#.into()),
        ("image_edit_is_a_file", r#"/v1/images/edits form:{"model":"gpt-image-1","prompt":"x","image":"cat.png"}"#.into()),
        ("json_for_form", r#"/v1/images/edits {"model":"gpt-image-1","prompt":"x","image":"cat.png"}"#.into()),
        ("speech_response_format", r#"/v1/audio/speech {"model":"tts-1","input":"x","voice":"alloy","response_format":"m4a"}"#.into()),
        ("transcription_file_format", r#"/v1/audio/transcriptions form:{"model":"whisper-1","file":{"file":"memo.amr"}}"#.into()),
        ("transcription_format_4o", r#"/v1/audio/transcriptions form:{"model":"gpt-4o-transcribe","file":{"file":"a.mp3"},"response_format":"srt"}"#.into()),
        ("video_seconds", r#"/v1/videos form:{"model":"sora-2","prompt":"x","seconds":"10"}"#.into()),
        ("kling_model_name", r#"/kling/v1/videos/text2video {"model":"kling-v2","prompt":"x"}"#.into()),
        ("runway_prompt_field", r#"/runwayml/v1/image_to_video {"model":"gen4_turbo","promptImage":"https://example.com/a.png","prompt":"x","ratio":"1280:720","duration":5}"#.into()),
        ("midjourney_base64", r#"/mj/submit/imagine {"prompt":"x","base64Array":["cat.png"]}"#.into()),
        ("suno_model", r#"/suno/submit/music {"model":"chirp-v4","prompt":"x"}"#.into()),
    ]
}

#[test]
fn wrong_requests_are_named() {
    let all = wrong();
    assert!(all.len() >= 60, "{}", all.len());
    let missed: Vec<_> = all
        .iter()
        .map(|(id, text)| (id, ids(&sent(text)), text))
        .filter(|(id, found, _)| !found.contains(id))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

/// A boundary is wanted of who writes the body out, not of who names the parts.
#[test]
fn only_a_body_written_by_hand_needs_its_boundary() {
    let form =
        sent(r#"/v1/images/edits form:{"model":"gpt-image-1","prompt":"x","image":{"file":"cat.png"}}"#);
    assert_eq!(ids(&form), [""; 0]);
    let written = |kind: &str| Draft {
        headers: vec![form.headers[0].clone(), Header::new("Content-Type", kind)],
        form: Vec::new(),
        body: "--x\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n--x--\r\n".into(),
        ..form.clone()
    };
    assert!(ids(&written("multipart/form-data")).contains(&"form_without_boundary"));
    assert!(!ids(&written("multipart/form-data; boundary=x")).contains(&"form_without_boundary"));
}
