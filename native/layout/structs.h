// Names of the structs and fields that cross the boundary, as llama.h, ggml*.h and gguf.h of v0.5.0 spell them.
// Only names: sizes and offsets come from the compiler. Structs are sorted; fields stand in the order of declaration.
#pragma once

#define STRUCTS(S) \
    S(ggml_backend_dev_caps) S(ggml_backend_dev_props) S(ggml_backend_feature) S(ggml_backend_graph_copy) \
    S(ggml_cplan) S(ggml_init_params) S(ggml_opt_optimizer_params) S(ggml_opt_params) S(ggml_tallocr) S(ggml_tensor) \
    S(ggml_threadpool_params) S(ggml_type_traits) S(ggml_type_traits_cpu) S(gguf_init_params) S(llama_batch) \
    S(llama_chat_message) S(llama_context_params) S(llama_logit_bias) S(llama_model_imatrix_data) \
    S(llama_model_kv_override) S(llama_model_params) S(llama_model_quantize_params) \
    S(llama_model_tensor_buft_override) S(llama_model_tensor_override) S(llama_opt_params) S(llama_perf_context_data) \
    S(llama_perf_sampler_data) S(llama_sampler) S(llama_sampler_chain_params) S(llama_sampler_data) S(llama_sampler_i) \
    S(llama_sampler_seq_config) S(llama_token_data) S(llama_token_data_array)

#define ggml_backend_dev_caps_FIELDS(F) \
    F(async) F(host_buffer) F(buffer_from_host_ptr) F(events) F(mmap_support)

#define ggml_backend_dev_props_FIELDS(F) \
    F(name) F(description) F(memory_free) F(memory_total) F(type) F(device_id) F(caps)

#define ggml_backend_feature_FIELDS(F) \
    F(name) F(value)

#define ggml_backend_graph_copy_FIELDS(F) \
    F(buffer) F(ctx_allocated) F(ctx_unallocated) F(graph)

#define ggml_cplan_FIELDS(F) \
    F(work_size) F(work_data) F(n_threads) F(threadpool) F(abort_callback) F(abort_callback_data) F(use_ref)

#define ggml_init_params_FIELDS(F) \
    F(mem_size) F(mem_buffer) F(no_alloc)

#define ggml_opt_optimizer_params_FIELDS(F) \
    F(adamw.alpha) F(adamw.beta1) F(adamw.beta2) F(adamw.eps) F(adamw.wd) F(sgd.alpha) F(sgd.wd)

#define ggml_opt_params_FIELDS(F) \
    F(backend_sched) F(ctx_compute) F(inputs) F(outputs) F(loss_type) F(build_type) F(opt_period) F(get_opt_pars) \
    F(get_opt_pars_ud) F(optimizer)

#define ggml_tallocr_FIELDS(F) \
    F(buffer) F(base) F(alignment) F(offset)

#define ggml_tensor_FIELDS(F) \
    F(type) F(buffer) F(ne) F(nb) F(op) F(op_params) F(flags) F(src) F(view_src) F(view_offs) F(data) F(name) F(extra) \
    F(padding)

#define ggml_threadpool_params_FIELDS(F) \
    F(cpumask) F(n_threads) F(prio) F(poll) F(strict_cpu) F(paused)

#define ggml_type_traits_FIELDS(F) \
    F(type_name) F(blck_size) F(blck_size_interleave) F(type_size) F(is_quantized) F(to_float) F(from_float_ref)

#define ggml_type_traits_cpu_FIELDS(F) \
    F(from_float) F(vec_dot) F(vec_dot_type) F(nrows)

#define gguf_init_params_FIELDS(F) \
    F(no_alloc) F(ctx)

#define llama_batch_FIELDS(F) \
    F(n_tokens) F(token) F(embd) F(pos) F(n_seq_id) F(seq_id) F(logits)

#define llama_chat_message_FIELDS(F) \
    F(role) F(content)

#define llama_context_params_FIELDS(F) \
    F(n_ctx) F(n_batch) F(n_ubatch) F(n_seq_max) F(n_rs_seq) F(n_outputs_max) F(n_outputs_max_per_seq) F(n_threads) \
    F(n_threads_batch) F(ctx_type) F(rope_scaling_type) F(pooling_type) F(attention_type) F(flash_attn_type) \
    F(rope_freq_base) F(rope_freq_scale) F(yarn_ext_factor) F(yarn_attn_factor) F(yarn_beta_fast) F(yarn_beta_slow) \
    F(yarn_orig_ctx) F(defrag_thold) F(cb_eval) F(cb_eval_user_data) F(type_k) F(type_v) F(abort_callback) \
    F(abort_callback_data) F(embeddings) F(offload_kqv) F(no_perf) F(op_offload) F(swa_full) F(kv_unified) F(samplers) \
    F(n_samplers) F(ctx_other)

#define llama_logit_bias_FIELDS(F) \
    F(token) F(bias)

#define llama_model_imatrix_data_FIELDS(F) \
    F(name) F(data) F(size)

#define llama_model_kv_override_FIELDS(F) \
    F(tag) F(key) F(val_i64) F(val_f64) F(val_bool) F(val_str)

#define llama_model_params_FIELDS(F) \
    F(devices) F(tensor_buft_overrides) F(n_gpu_layers) F(split_mode) F(load_mode) F(lazy_mode) F(main_gpu) \
    F(tensor_split) F(progress_callback) F(progress_callback_user_data) F(kv_overrides) F(vocab_only) F(check_tensors) \
    F(use_extra_bufts) F(no_host) F(no_alloc) F(load_mtp)

#define llama_model_quantize_params_FIELDS(F) \
    F(nthread) F(ftype) F(output_tensor_type) F(token_embedding_type) F(allow_requantize) F(quantize_output_tensor) \
    F(only_copy) F(pure) F(keep_split) F(dry_run) F(imatrix) F(kv_overrides) F(tt_overrides) F(prune_layers) \
    F(max_buf_size)

#define llama_model_tensor_buft_override_FIELDS(F) \
    F(pattern) F(buft)

#define llama_model_tensor_override_FIELDS(F) \
    F(pattern) F(type)

#define llama_opt_params_FIELDS(F) \
    F(n_ctx_train) F(param_filter) F(param_filter_ud) F(get_opt_pars) F(get_opt_pars_ud) F(optimizer_type)

#define llama_perf_context_data_FIELDS(F) \
    F(t_start_ms) F(t_load_ms) F(t_p_eval_ms) F(t_eval_ms) F(n_p_eval) F(n_eval) F(n_reused)

#define llama_perf_sampler_data_FIELDS(F) \
    F(t_sample_ms) F(n_sample)

#define llama_sampler_FIELDS(F) \
    F(iface) F(ctx)

#define llama_sampler_chain_params_FIELDS(F) \
    F(no_perf)

#define llama_sampler_data_FIELDS(F) \
    F(logits) F(probs) F(sampled) F(candidates)

#define llama_sampler_i_FIELDS(F) \
    F(name) F(accept) F(apply) F(reset) F(clone) F(free) F(backend_init) F(backend_accept) F(backend_apply) \
    F(backend_set_input) F(backend_reset) F(copy_state)

#define llama_sampler_seq_config_FIELDS(F) \
    F(seq_id) F(sampler)

#define llama_token_data_FIELDS(F) \
    F(id) F(logit) F(p)

#define llama_token_data_array_FIELDS(F) \
    F(data) F(size) F(selected) F(sorted)
